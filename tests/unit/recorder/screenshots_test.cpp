#include "recorder/screenshots.hpp"

#include <chrono>

#include "base/task_group.hpp"
#include "recorder/page_clock.hpp"
#include "tests/unit/recorder/scripted_browser.hpp"

namespace greenroom::recorder {
namespace {

using namespace std::chrono_literals;
using base::Task;

std::string seconds_of(std::chrono::system_clock::time_point moment) {
  return std::to_string(std::chrono::duration<double>(moment.time_since_epoch()).count());
}

/// Chromium answers to neither a screenshot nor a frame's time before the test does.
class ScreenshotsTest : public ScriptedBrowserTest {
 protected:
  ScreenshotsTest()
      : ScriptedBrowserTest([this](const json::object& command) -> std::optional<std::string> {
          if (command.at("method") != "Page.createIsolatedWorld" || !has_world_) return std::nullopt;
          json::object out = json::parse(fakes::ScriptedPipe::empty_result(command)).get_object();
          out["result"] = {{"executionContextId", 7}};
          return json::serialize(out);
        }) {}

  template <class Body>
  void run(Body body) {
    play([&]() -> Task<void> {
      auto line = co_await switchboard_->open_line();
      if (!line) throw std::runtime_error(line.error().message());
      co_await attach("a");
      base::TaskGroup tasks(loop_.get_executor());
      tasks.spawn(screenshots_.run());
      screenshots_.prepare(**line, "a", "Ta");
      co_await settle();
      screenshots_.begin(**line, "a", "Ta", 20ms);
      co_await settle();
      co_await body();
      screenshots_.stop();
      tasks.stop();
      co_await tasks.join();
      line->reset();
    });
  }

  Task<void> answer(const json::object& command, json::object result) {
    json::object out = json::parse(fakes::ScriptedPipe::empty_result(command)).get_object();
    out["result"] = std::move(result);
    pipe_.say(json::serialize(out));
    co_await settle();
  }
  Task<void> send_picture(std::size_t number, std::string data) {
    json::object result;
    result["data"] = std::move(data);
    co_await answer(pipe_.sent("Page.captureScreenshot").at(number), std::move(result));
  }
  Task<void> say_when(std::size_t number, std::string seconds) {
    json::object value;
    value["type"] = "string";
    value["value"] = std::move(seconds);
    json::object result;
    result["result"] = std::move(value);
    co_await answer(pipe_.sent("Runtime.evaluate").at(number), std::move(result));
  }

  bool has_world_ = true;
  std::vector<Frame> pictures_;
  std::vector<base::Error> errors_;
  Screenshots screenshots_{loop_.get_executor(), 85, [] { return true; },
                           [this](base::Result<Frame> picture) {
                             if (picture)
                               pictures_.push_back(std::move(*picture));
                             else
                               errors_.push_back(picture.error());
                           }};
};

TEST_F(ScreenshotsTest, APictureHasTheTimeThatThePageSays) {
  run([&]() -> Task<void> {
    EXPECT_EQ(pipe_.sent("Runtime.evaluate").at(0).at("params").at("contextId"), 7);
    co_await base::sleep_for(60ms);
    const auto drawn = std::chrono::steady_clock::now() - 20ms;
    co_await say_when(0, seconds_of(std::chrono::system_clock::now() - 20ms));
    EXPECT_TRUE(pictures_.empty());
    co_await send_picture(0, "one");
    EXPECT_EQ(pictures_.at(0).base64, "one");
    EXPECT_LT(std::chrono::abs(pictures_.at(0).at - drawn), 5ms);
  });
}

TEST_F(ScreenshotsTest, APictureWaitsForItsTimeButNotForLong) {
  run([&]() -> Task<void> {
    const auto asked = std::chrono::steady_clock::now();
    co_await base::sleep_for(100ms);
    co_await send_picture(0, "one");
    EXPECT_TRUE(pictures_.empty());
    co_await base::sleep_for(110ms);
    EXPECT_LE(pictures_.at(0).at - asked, 45ms) << "the page painted when it was asked to, and then no more";
    EXPECT_EQ(pipe_.sent("Page.createIsolatedWorld").size(), 3u) << "the world may have gone";
  });
}

TEST_F(ScreenshotsTest, ATimeThatMakesNoSenseIsNone) {
  run([&]() -> Task<void> {
    co_await say_when(0, "now");
    co_await send_picture(0, "one");
    EXPECT_EQ(pictures_.size(), 1u);
  });
}

TEST_F(ScreenshotsTest, ATimeCannotBeOutsideOfTheQuestionAndItsAnswer) {
  run([&]() -> Task<void> {
    const auto before = std::chrono::steady_clock::now() - 10ms;
    co_await say_when(0, seconds_of(std::chrono::system_clock::now() - 5s));
    co_await send_picture(0, "one");
    EXPECT_GE(pictures_.at(0).at, before);
  });
}

TEST_F(ScreenshotsTest, PicturesAreHandedOverInTheOrderOfAsking) {
  run([&]() -> Task<void> {
    co_await base::sleep_for(30ms);
    EXPECT_EQ(pipe_.sent("Page.captureScreenshot").size(), 2u) << "two are in flight at this rate";
    co_await say_when(1, seconds_of(std::chrono::system_clock::now()));
    co_await send_picture(1, "two");
    EXPECT_TRUE(pictures_.empty());
    co_await say_when(0, seconds_of(std::chrono::system_clock::now()));
    co_await send_picture(0, "one");
    EXPECT_EQ(pictures_.at(0).base64, "one");
    EXPECT_EQ(pictures_.at(1).base64, "two");
  });
}

TEST_F(ScreenshotsTest, APageWithoutAWorldIsNotWaitedFor) {
  has_world_ = false;
  run([&]() -> Task<void> {
    EXPECT_TRUE(pipe_.sent("Runtime.evaluate").empty());
    co_await send_picture(0, "one");
    EXPECT_EQ(pictures_.size(), 1u);
  });
}

TEST_F(ScreenshotsTest, AnAnswerWithoutAPictureIsTheEnd) {
  run([&]() -> Task<void> {
    co_await answer(pipe_.sent("Page.captureScreenshot").at(0), {});
    EXPECT_EQ(errors_.size(), 1u);
    EXPECT_FALSE(screenshots_.is_on());
    const std::size_t asked = pipe_.sent("Page.captureScreenshot").size();
    co_await base::sleep_for(50ms);
    EXPECT_EQ(pipe_.sent("Page.captureScreenshot").size(), asked);
  });
}

TEST(MomentOf, ATimeIsOnTheSteadyClockOrNone) {
  const auto now = std::chrono::steady_clock::now();
  const auto moment = moment_of(seconds_of(std::chrono::system_clock::now() - 1s));
  ASSERT_TRUE(moment);
  EXPECT_LT(std::chrono::abs(*moment - (now - 1s)), 100ms);
  for (const char* nonsense : {"", "now", "nan", "-1", "1e300", "0", "99999999999"})
    EXPECT_FALSE(moment_of(nonsense)) << nonsense;
}

}  // namespace
}  // namespace greenroom::recorder
