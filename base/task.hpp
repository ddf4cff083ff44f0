// The coroutine vocabulary. Rules that the compiler cannot check are in docs/coroutines.md.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.hpp"

namespace greenroom::base {

namespace asio = boost::asio;

/// A lazily started coroutine. One that can fail returns Task<Result<T>>.
template <class T = void>
using Task = asio::awaitable<T>;

using Executor = asio::any_io_executor;

/// Completion token of every Asio call outside main and tests: errors come as values.
inline constexpr auto use_tuple = asio::as_tuple(asio::use_awaitable);

/// Await first in a coroutine whose clean-up awaits: a cancellation then shows as operation_aborted from the
/// operation it interrupts, and later awaits run instead of throwing.
inline auto keep_running_when_cancelled() { return asio::this_coro::throw_if_cancelled(false); }

/// Await before a clean-up that must not be interrupted (rule C7).
inline auto disable_cancellation() {
  return asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
}

}  // namespace greenroom::base
