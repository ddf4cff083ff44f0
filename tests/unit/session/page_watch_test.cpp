// Whether any page is open: what counts as one, and since when there is none.
#include "session/page_watch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/fakes/fake_browser.hpp"
#include "tests/fakes/fake_clock.hpp"

namespace greenroom::session {
namespace {

class PageWatchTest : public testing::Test {
 protected:
  PageWatchTest() : watch(clock, [this] { ++changes; }) {}
  base::Result<void> follow() {
    base::Result<void> outcome;
    auto task = [&]() -> base::Task<void> { outcome = co_await watch.follow(switchboard); };
    boost::asio::co_spawn(loop, task(), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    loop.restart();
    loop.run();
    return outcome;
  }
  void open(const std::string& id, std::string_view type = "page") {
    cdp::json::object info;
    info["targetId"] = id;
    info["type"] = type;
    cdp::json::object params;
    params["targetInfo"] = std::move(info);
    switchboard.wire.emit("Target.targetCreated", params);
  }
  void close(const std::string& id) {
    cdp::json::object params;
    params["targetId"] = id;
    switchboard.wire.emit("Target.targetDestroyed", params);
  }

  boost::asio::io_context loop{1};
  fakes::FakeClock clock;
  browser::FakeSwitchboard switchboard{loop.get_executor()};
  int changes = 0;
  PageWatch watch;
};

TEST_F(PageWatchTest, AsksToBeToldOfEveryTarget) {
  ASSERT_TRUE(follow());
  EXPECT_EQ(switchboard.wire.count("Target.setDiscoverTargets"), 1u);
  EXPECT_EQ(watch.without_page_since(), std::nullopt) << "there never was one";
}

TEST_F(PageWatchTest, TheLastPageCountsAndItsTime) {
  ASSERT_TRUE(follow());
  open("a");
  open("b");
  close("a");
  EXPECT_EQ(watch.without_page_since(), std::nullopt);
  clock.advance(std::chrono::seconds(5));
  close("b");
  EXPECT_EQ(watch.without_page_since(), clock.steady());
  EXPECT_EQ(changes, 2) << "the first came, the last went";
}

TEST_F(PageWatchTest, ANewPageTakesItBack) {
  ASSERT_TRUE(follow());
  open("a");
  close("a");
  open("b");
  EXPECT_EQ(watch.without_page_since(), std::nullopt);
}

TEST_F(PageWatchTest, WorkersFramesAndStrangersDoNotCount) {
  ASSERT_TRUE(follow());
  open("w", "worker");
  open("f", "iframe");
  open("t", "tab");
  open("u", "browser_ui");
  close("w");
  close("never seen");
  EXPECT_EQ(watch.without_page_since(), std::nullopt);
  EXPECT_EQ(changes, 0);
  open("a");
  close("w");
  close("f");
  EXPECT_EQ(watch.without_page_since(), std::nullopt);
}

TEST_F(PageWatchTest, AnsweredTwiceCountsOnce) {
  ASSERT_TRUE(follow());
  open("a");
  open("a");
  close("a");
  EXPECT_NE(watch.without_page_since(), std::nullopt);
}

TEST_F(PageWatchTest, StoppedItHearsNothing) {
  ASSERT_TRUE(follow());
  open("a");
  watch.stop();
  close("a");
  EXPECT_EQ(watch.without_page_since(), std::nullopt);
}

TEST_F(PageWatchTest, ABrowserThatHasGoneIsAnError) {
  switchboard.break_pipe();
  EXPECT_EQ(follow().error().code, base::errc::closed);
}

}  // namespace
}  // namespace greenroom::session
