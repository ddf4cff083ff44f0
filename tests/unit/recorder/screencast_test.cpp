#include "recorder/screencast.hpp"

#include <chrono>
#include <functional>
#include <optional>

#include "base/crypto.hpp"
#include "tests/unit/recorder/scripted_browser.hpp"

namespace greenroom::recorder {
namespace {

using namespace std::chrono_literals;

/// As much of a JPEG as tells its size; `name` tells two of them apart.
std::string picture(int width, int height, std::string_view name) {
  std::string bytes("\xff\xd8\xff\xc0\x00\x11\x08", 7);
  for (const int side : {height, width}) {
    bytes += static_cast<char>(side / 256);
    bytes += static_cast<char>(side % 256);
  }
  return base::to_base64(bytes + std::string(name));
}

/// A browser that paces screencasts, or does not know how; with screenshots as they are given, or without
/// any.
std::optional<std::string> answer(const json::object& command, bool is_paced,
                                  const std::function<std::string()>& screenshot) {
  if (screenshot && command.at("method") == "Page.captureScreenshot") {
    json::object out = json::parse(fakes::ScriptedPipe::empty_result(command)).get_object();
    out["result"] = {{"data", screenshot()}};
    return json::serialize(out);
  }
  const json::value* params = command.if_contains("params");
  const bool is_probe = command.at("method") == "Page.startScreencast" && params != nullptr &&
                        params->get_object().contains("maxFramesInFlight") &&
                        params->at("maxFramesInFlight") == -1;
  if (!is_probe || !is_paced) return fakes::ScriptedPipe::empty_result(command);
  json::object out = json::parse(fakes::ScriptedPipe::empty_result(command)).get_object();
  out.erase("result");
  out["error"] = {{"code", -32602}, {"message", "maxFramesInFlight must be a positive integer"}};
  return json::serialize(out);
}

class ScreencastTest : public ScriptedBrowserTest {
 protected:
  ScreencastTest()
      : ScriptedBrowserTest(
            [this](const json::object& command) { return answer(command, is_paced_, screenshot_); }) {}

  template <class Body>
  void run(Body body) {
    play([&]() -> Task<void> {
      ScreencastOptions options;
      options.frames_per_second = 100;
      auto started = co_await Screencast::start(*switchboard_, options, log_);
      if (!started) throw std::runtime_error(started.error().message());
      screencast_ = std::move(*started);
      co_await body();
      co_await screencast_->stop();
      screencast_.reset();
    });
  }

  Task<void> open(std::string session, bool is_visible) {
    co_await attach(session);
    json::object visible{{"visible", is_visible}};
    say("Page.screencastVisibilityChanged", std::move(visible), session);
    co_await settle();
  }
  Task<void> show(std::string session, std::string picture, int number,
                  std::chrono::milliseconds on_its_way = 0ms) {
    const auto taken = std::chrono::system_clock::now().time_since_epoch() - on_its_way;
    json::object metadata{{"timestamp", std::chrono::duration<double>(taken).count()}};
    json::object params{{"data", picture}, {"metadata", std::move(metadata)}, {"sessionId", number}};
    say("Page.screencastFrame", std::move(params), session);
    co_await settle();
  }
  std::size_t acknowledged(std::string_view session) const {
    std::size_t count = 0;
    for (const json::object& command : pipe_.sent("Page.screencastFrameAck"))
      if (command.at("sessionId").as_string() == session) ++count;
    return count;
  }
  Task<std::string> next() {
    auto frame = co_await base::with_deadline(screencast_->next(), 50ms, "a picture");
    co_return frame ? frame->base64 : "nothing";
  }

  /// The page is seen painting on every frame: pictures are there whenever they are asked for.
  Task<void> paint_all_the_time(std::string session) {
    for (int number = 1; number <= 20 && pipe_.sent("Page.stopScreencast").empty(); ++number) {
      co_await show(session, picture(64, 48, std::to_string(number)), number);
      (void)co_await next();
      const std::size_t wanted = static_cast<std::size_t>(number);
      for (int i = 0; i < 20 && acknowledged(session) < wanted; ++i) co_await settle();
    }
  }

  bool is_paced_ = true;
  std::function<std::string()> screenshot_;
  std::unique_ptr<Screencast> screencast_;
};

TEST_F(ScreencastTest, OnePictureIsInFlightAndIsAcknowledgedOnceItWasTaken) {
  run([&]() -> Task<void> {
    co_await open("a", true);
    const auto starts = pipe_.sent("Page.startScreencast");
    EXPECT_EQ(starts.back().at("params").at("maxFramesInFlight"), 1);
    EXPECT_EQ(starts.back().at("params").at("sendLastFrame"), true);
    co_await show("a", "one", 1);
    EXPECT_EQ(acknowledged("a"), 0u);
    EXPECT_EQ(co_await next(), "one");
    co_await base::sleep_for(15ms);
    EXPECT_EQ(acknowledged("a"), 1u);
    EXPECT_EQ(co_await next(), "nothing");
  });
}

TEST_F(ScreencastTest, ABrowserThatDoesNotKnowPacingIsAcknowledgedAtOnceAndTheNewestCounts) {
  is_paced_ = false;
  run([&]() -> Task<void> {
    co_await open("a", true);
    EXPECT_FALSE(
        pipe_.sent("Page.startScreencast").back().at("params").get_object().contains("sendLastFrame"));
    co_await show("a", "one", 1);
    co_await show("a", "two", 2);
    EXPECT_EQ(acknowledged("a"), 2u);
    EXPECT_EQ(co_await next(), "two");
  });
}

TEST_F(ScreencastTest, TheShownPageIsFollowedAndOthersDoNotPaint) {
  run([&]() -> Task<void> {
    co_await open("a", true);
    co_await show("a", "a1", 1);
    EXPECT_EQ(co_await next(), "a1");
    co_await open("b", false);
    co_await show("b", "b1", 1);
    EXPECT_EQ(co_await next(), "nothing");
    EXPECT_EQ(acknowledged("b"), 0u);
    json::object visible{{"visible", true}};
    say("Page.screencastVisibilityChanged", std::move(visible), "b");
    co_await settle();
    EXPECT_EQ(co_await next(), "b1") << "what it looked like is at hand";
    json::object gone{{"sessionId", "b"}};
    say("Target.detachedFromTarget", std::move(gone), "root-1");
    co_await settle();
    co_await show("a", "a2", 2);
    EXPECT_EQ(co_await next(), "a2");
    screencast_->raise("Ta");
  });
}

TEST_F(ScreencastTest, APageThatIsKeptVisibleBehindAnotherRestsUntilItIsBroughtToTheFront) {
  run([&]() -> Task<void> {
    co_await open("a", true);
    co_await show("a", "a1", 1);
    EXPECT_EQ(co_await next(), "a1");
    co_await open("b", true);
    EXPECT_EQ(pipe_.sent("Page.stopScreencast").size(), 1u);
    co_await show("b", "b1", 1);
    EXPECT_EQ(co_await next(), "b1");
    const std::size_t starts = pipe_.sent("Page.startScreencast").size();
    screencast_->raise("Ta");
    EXPECT_EQ(pipe_.sent("Page.startScreencast").size(), starts + 1);
    EXPECT_EQ(pipe_.sent("Page.stopScreencast").size(), 2u);
    co_await show("a", "a2", 1);
    EXPECT_EQ(co_await next(), "a2");
  });
}

TEST_F(ScreencastTest, ANewReaderGetsTheNewestPictureAgain) {
  run([&]() -> Task<void> {
    screencast_->repeat();
    EXPECT_EQ(co_await next(), "nothing");
    co_await open("a", true);
    co_await show("a", "one", 1);
    EXPECT_EQ(co_await next(), "one");
    screencast_->repeat();
    EXPECT_EQ(co_await next(), "one");
  });
}

TEST_F(ScreencastTest, APageThatComesBackFromACrashIsStartedAgain) {
  run([&]() -> Task<void> {
    co_await open("a", true);
    const std::size_t starts = pipe_.sent("Page.startScreencast").size();
    say("Inspector.targetReloadedAfterCrash", {}, "a");
    co_await settle();
    EXPECT_EQ(pipe_.sent("Page.startScreencast").size(), starts + 1);
  });
}

TEST_F(ScreencastTest, ALateFirstPictureGivesWayToOneOfCertainDate) {
  int taken = 0;
  screenshot_ = [&] { return picture(64, 48, "shot " + std::to_string(++taken)); };
  run([&]() -> Task<void> {
    co_await open("a", true);
    co_await show("a", picture(64, 48, "late 1"), 1, 100ms);
    co_await show("a", picture(64, 48, "late 2"), 2, 100ms);
    co_await show("a", picture(64, 48, "late 3"), 3, 100ms);
    EXPECT_EQ(co_await next(), picture(64, 48, "shot 1"));
  });
}

TEST_F(ScreencastTest, ALatePictureIsNotLost) {
  run([&]() -> Task<void> {
    co_await open("a", true);
    co_await show("a", "late", 1, 100ms);
    EXPECT_EQ(co_await next(), "nothing") << "there may be a better one";
    co_await base::sleep_for(500ms);
    EXPECT_EQ(co_await next(), "late");
    co_await open("b", true);
    co_await show("b", "of a tab that is left", 1, 100ms);
    screencast_->raise("Ta");
    EXPECT_EQ(co_await next(), "of a tab that is left");
  });
}

TEST_F(ScreencastTest, OfAPageThatPaintsAllTheTimeScreenshotsAreTaken) {
  int taken = 0;
  screenshot_ = [&] { return picture(64, 48, "shot " + std::to_string(++taken)); };
  run([&]() -> Task<void> {
    co_await open("a", true);
    co_await paint_all_the_time("a");
    EXPECT_EQ(pipe_.sent("Page.stopScreencast").size(), 1u);
    for (int i = 0; i < 3; ++i) {
      const std::string before = picture(64, 48, "shot " + std::to_string(taken));
      const std::string now = co_await next();
      EXPECT_TRUE(now == before || now == picture(64, 48, "shot " + std::to_string(taken))) << now;
    }
    co_await base::sleep_for(30ms);
    const int before = taken;
    co_await base::sleep_for(60ms);
    EXPECT_EQ(taken, before) << "nobody has taken the newest one, so no other one is asked for";
  });
}

TEST_F(ScreencastTest, APageThatStandsStillIsCastAgain) {
  screenshot_ = [] { return picture(64, 48, "still"); };
  run([&]() -> Task<void> {
    co_await open("a", true);
    co_await paint_all_the_time("a");
    const std::size_t starts = pipe_.sent("Page.startScreencast").size();
    for (int i = 0; i < 20 && pipe_.sent("Page.startScreencast").size() == starts; ++i) (void)co_await next();
    EXPECT_EQ(pipe_.sent("Page.startScreencast").size(), starts + 1);
    co_await show("a", picture(64, 48, "cast"), 100);
    EXPECT_EQ(co_await next(), picture(64, 48, "cast"));
  });
}

TEST_F(ScreencastTest, ScreenshotsOfAnotherSizeAreNotTaken) {
  screenshot_ = [] { return picture(128, 96, "shot"); };
  run([&]() -> Task<void> {
    co_await open("a", true);
    co_await paint_all_the_time("a");
    co_await settle();
    const auto starts = pipe_.sent("Page.startScreencast");
    EXPECT_EQ(starts.back().at("params").at("maxFramesInFlight"), 1);
    EXPECT_EQ(pipe_.sent("Page.captureScreenshot").size(), 1u);
    EXPECT_EQ(co_await next(), "nothing");
    co_await show("a", picture(64, 48, "cast"), 100);
    EXPECT_EQ(co_await next(), picture(64, 48, "cast"));
  });
}

TEST_F(ScreencastTest, ABrowserThatRefusesScreenshotsIsCast) {
  run([&]() -> Task<void> {  // its answers have no data
    co_await open("a", true);
    const std::size_t starts = pipe_.sent("Page.startScreencast").size();
    co_await paint_all_the_time("a");
    co_await settle();
    EXPECT_EQ(pipe_.sent("Page.captureScreenshot").size(), 1u);
    EXPECT_EQ(pipe_.sent("Page.startScreencast").size(), starts + 1);
  });
}

TEST_F(ScreencastTest, APageWhoseScreenshotsWereTakenTellsWhetherItIsHidden) {
  int taken = 0;
  screenshot_ = [&] { return picture(64, 48, "shot " + std::to_string(++taken)); };
  run([&]() -> Task<void> {
    co_await open("a", true);
    co_await paint_all_the_time("a");
    EXPECT_NE(co_await next(), "nothing");
    co_await open("b", true);
    co_await settle();
    EXPECT_EQ(pipe_.sent("Page.startScreencast").back().at("sessionId"), "a") << "it was not cast";
    json::object visible{{"visible", true}};
    say("Page.screencastVisibilityChanged", std::move(visible), "a");
    co_await settle();
    EXPECT_EQ(pipe_.sent("Page.stopScreencast").size(), 2u)
        << "it goes on painting behind the other one: not for us";
    const std::size_t asked = pipe_.sent("Page.captureScreenshot").size();
    co_await show("b", "b1", 1);
    EXPECT_EQ(co_await next(), "b1");
    EXPECT_EQ(pipe_.sent("Page.captureScreenshot").size(), asked);
    screencast_->raise("Ta");
    co_await settle();
    EXPECT_GT(pipe_.sent("Page.captureScreenshot").size(), asked) << "it was known to paint all the time";
  });
}

TEST_F(ScreencastTest, StrangeEventsDoNoHarm) {
  run([&]() -> Task<void> {
    co_await open("a", true);
    say("Page.screencastFrame", {}, "a");
    say("Page.screencastFrame", {}, "nobody");
    say("Target.attachedToTarget", {}, "root-1");
    say("Target.detachedFromTarget", {}, "root-1");
    say("Page.screencastVisibilityChanged", {}, "a");
    co_await settle();
    EXPECT_EQ(co_await next(), "nothing");
  });
}

}  // namespace
}  // namespace greenroom::recorder
