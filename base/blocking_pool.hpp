// Threads for what would block the loop: SQLite, directory removal, hashing, large file reads. The functions
// take and return values; nothing else in the program knows threads.
#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/thread_pool.hpp>

#include "base/task.hpp"

namespace greenroom::base {

/// Runs blocking functions off the loop and brings their values back to it.
///
/// A pool of one thread also gives an order: jobs run in the order of their run() calls.
/// Cancel   run() is not cancellable: a started job runs to its end and the awaiting coroutine with it.
class BlockingPool {
 public:
  explicit BlockingPool(std::size_t threads);
  /// Waits for running jobs; queued ones run too.
  ~BlockingPool();

  /// `job` must return a default-constructible, movable value. An exception that it throws is rethrown here.
  template <class F>
  Task<std::invoke_result_t<F>> run(F job) {
    using R = std::invoke_result_t<F>;
    static_assert(!std::is_void_v<R>, "return a Result");
    auto start = [this](auto handler, F work) {
      auto home =
          asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked);
      asio::post(threads_, [work = std::move(work), handler = std::move(handler), home]() mutable {
        std::exception_ptr failure;
        std::optional<R> value;
        try {
          value.emplace(work());
        } catch (...) {
          failure = std::current_exception();
          value.emplace();
        }
        asio::post(home, [handler = std::move(handler), failure, value = std::move(*value)]() mutable {
          std::move(handler)(failure, std::move(value));
        });
      });
    };
    // The job's answer comes whether or not the caller is cancelled: nobody listens to its slot here.
    co_return co_await asio::async_initiate<decltype(asio::use_awaitable), void(std::exception_ptr, R)>(
        std::move(start), asio::use_awaitable, std::move(job));
  }

 private:
  asio::thread_pool threads_;
};

}  // namespace greenroom::base
