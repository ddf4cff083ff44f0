// A loop for tests of coroutines over fakes: no port, no process.
#pragma once

#include <exception>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/log.hpp"
#include "base/task.hpp"

namespace greenroom::browser {

class SilentSink final : public base::LogSink {
 public:
  void write(base::LogLevel, std::string_view) override {}
};

class LoopTest : public ::testing::Test {
 protected:
  /// Runs a coroutine as far as it goes without anything from outside; its value if it ended.
  template <class T>
  std::optional<T> run(base::Task<T> task) {
    std::optional<T> value;
    base::asio::co_spawn(loop_, std::move(task), [&](std::exception_ptr failure, T result) {
      if (failure) std::rethrow_exception(failure);
      value.emplace(std::move(result));
    });
    settle();
    return value;
  }
  bool run(base::Task<void> task) {
    bool is_done = false;
    base::asio::co_spawn(loop_, std::move(task), [&](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
      is_done = true;
    });
    settle();
    return is_done;
  }
  /// Everything that is ready now, and timers of zero length.
  void settle() {
    loop_.restart();
    while (loop_.poll() > 0) {
    }
  }

  base::asio::io_context loop_{1};
  SilentSink sink_;
  base::Logger log_{sink_, base::LogLevel::error};
};

}  // namespace greenroom::browser
