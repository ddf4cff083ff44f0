// Moments in which the loop does not sleep, because an answer is due.
#pragma once

#include <boost/asio/execution_context.hpp>

#include "base/clock.hpp"
#include "base/task.hpp"

namespace greenroom::base {

/// How long a loop asks the kernel again instead of going to sleep. To be woken takes a good part of the time
/// in which a browser answers a small command (decision 0021), so whoever has sent such a command says so. A
/// decision only; daemon/loop carries it out.
///
/// One of a loop, found by its executor; not for other threads.
class BusyPoll final : public asio::execution_context::service {
 public:
  /// Longer than most small answers take, and short enough to cost nothing when one takes longer.
  static constexpr std::chrono::microseconds window{300};

  using key_type = BusyPoll;
  static asio::execution_context::id id;
  explicit BusyPoll(asio::execution_context& context) : service(context) {}

  /// That of the executor's loop.
  static BusyPoll& of(const Executor& executor);

  /// Something is due within a moment of `now`.
  void expect(SteadyTime now) { until_ = now + window; }
  /// Whether something is due that has not been given up; costs no look at a clock.
  bool is_expecting() const { return until_ != SteadyTime(); }
  /// Gives up when the moment is over.
  void look_at(SteadyTime now) {
    if (now >= until_) until_ = {};
  }

 private:
  void shutdown() override {}

  SteadyTime until_;
};

}  // namespace greenroom::base
