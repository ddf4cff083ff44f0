// Awaiting without sharing a cancellation state.
#pragma once

#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "base/task.hpp"

namespace greenroom::base {

/// Awaits a task as a strand of execution of its own. Asio keeps one cancellation state for a coroutine and
/// all that it awaits: what turns cancellation off inside (rule C7) would leave it off for the caller too.
///
/// Cancel   passed on, once the task has begun.
template <class T>
Task<T> apart(Task<T> task) {
  const Executor executor = co_await asio::this_coro::executor;
  co_return co_await asio::co_spawn(executor, std::move(task), asio::use_awaitable);
}

}  // namespace greenroom::base
