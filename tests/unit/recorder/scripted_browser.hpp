// A switchboard over a browser that says what the test wants, for what takes pictures by CDP.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "base/deadline.hpp"
#include "tests/fakes/scripted_pipe.hpp"

namespace greenroom::recorder {

namespace json = boost::json;

/// Lifetime a test's parts that use the line are members of the class that derives from this, and so go
/// first.
class ScriptedBrowserTest : public ::testing::Test {
 protected:
  explicit ScriptedBrowserTest(fakes::ScriptedPipe::Answer answer)
      : pipe_(loop_.get_executor(), std::move(answer)) {}

  /// Runs `body`, a coroutine function without parameters, to its end; then the browser goes.
  template <class Body>
  void play(Body body) {
    bool is_done = false;
    boost::asio::co_spawn(loop_, switchboard_->run(), [](std::exception_ptr) {});
    boost::asio::co_spawn(loop_, std::move(body), [&](std::exception_ptr failure) {
      is_done = true;
      pipe_.hang_up();
      if (failure) std::rethrow_exception(failure);
    });
    loop_.run_for(std::chrono::seconds(5));
    ASSERT_TRUE(is_done);
  }

  void say(std::string_view method, json::object params, std::string_view session) {
    pipe_.say(json::serialize(
        json::object{{"method", method}, {"params", std::move(params)}, {"sessionId", session}}));
  }
  /// The page T<session> is there.
  base::Task<void> attach(std::string session) {
    json::object info{{"targetId", "T" + session}, {"type", "page"}};
    json::object params{
        {"sessionId", session}, {"targetInfo", std::move(info)}, {"waitingForDebugger", false}};
    say("Target.attachedToTarget", std::move(params), "root-1");
    co_await settle();
  }
  base::Task<void> settle() { co_await base::sleep_for(std::chrono::milliseconds(3)); }

  boost::asio::io_context loop_{1};
  fakes::ScriptedPipe pipe_;

 private:
  class SilentSink final : public base::LogSink {
   public:
    void write(base::LogLevel, std::string_view) override {}
  };
  SilentSink sink_;

 protected:
  base::Logger log_{sink_, base::LogLevel::error};
  std::unique_ptr<cdp::Switchboard> switchboard_ =
      cdp::Switchboard::make(loop_.get_executor(), pipe_, {}, log_);
};

}  // namespace greenroom::recorder
