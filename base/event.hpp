// Two ways for coroutines of one thread to wait for each other: a latch and a repeating wake-up.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include "base/task.hpp"

namespace greenroom::base {

/// Wakes every coroutine that waits now; one that comes later waits for the next call.
///
/// Cancel   wait() returns early; the caller looks at its own condition.
class Notifier {
 public:
  explicit Notifier(const Executor& executor) : timer_(executor, asio::steady_timer::time_point::max()) {}
  void notify_all() { timer_.cancel(); }
  Task<void> wait() { (void)co_await timer_.async_wait(use_tuple); }

 private:
  asio::steady_timer timer_;
};

/// Set once, for ever. Any number of coroutines may wait, before or after.
///
/// Cancel   wait() returns early with is_set() still false, and at once when its caller was cancelled before:
///          a cancellation comes once (docs/coroutines.md), and nothing would end that wait.
class Event {
 public:
  explicit Event(const Executor& executor) : notifier_(executor) {}
  bool is_set() const { return is_set_; }
  void set() {
    is_set_ = true;
    notifier_.notify_all();
  }
  Task<void> wait() {
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (!is_set_ && cancellation.cancelled() == asio::cancellation_type::none) co_await notifier_.wait();
  }

 private:
  Notifier notifier_;
  bool is_set_ = false;
};

}  // namespace greenroom::base
