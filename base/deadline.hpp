// Waiting with a bound: every wait on the outside world goes through here (rule C5).
#pragma once

#include <chrono>
#include <utility>
#include <variant>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/task.hpp"

namespace greenroom::base {

/// Sleeps. Cancel: returns early.
inline Task<void> sleep_for(std::chrono::nanoseconds duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  (void)co_await timer.async_wait(use_tuple);
}

/// Runs `operation` for at most `limit`; then cancels it (terminally) and waits for it to unwind.
///
/// Errors   timed_out with `doing` as its detail; else what the operation says.
/// Cancel   passes through to the operation.
template <class T>
Task<Result<T>> with_deadline(Task<Result<T>> operation, std::chrono::nanoseconds limit, const char* doing) {
  using namespace asio::experimental::awaitable_operators;
  auto outcome = co_await (std::move(operation) || sleep_for(limit));
  if (outcome.index() == 0) co_return std::get<0>(std::move(outcome));
  co_return Error{errc::timed_out, doing};
}

/// As above, for an operation that cannot fail. True when it finished in time.
inline Task<bool> finishes_within(Task<void> operation, std::chrono::nanoseconds limit) {
  using namespace asio::experimental::awaitable_operators;
  auto outcome = co_await (std::move(operation) || sleep_for(limit));
  co_return outcome.index() == 0;
}

}  // namespace greenroom::base
