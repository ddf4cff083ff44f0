// What is written down of a browser's events: whose page, in which order, and what happens at the bounds.
#include "session/timeline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "session/record.hpp"
#include "tests/fakes/fake_browser.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/kept_lines.hpp"

namespace greenroom::session {
namespace {

const std::string session_id = "00000000-0000-4000-8000-000000000001";

class TimelineTest : public testing::Test {
 protected:
  TimelineTest() {
    options.flush_interval = std::chrono::hours(1);  // flush() is called where a test wants it
    SessionView view;
    view.id = session_id;
    EXPECT_TRUE(run(rows.insert(to_record(view))));
  }
  ~TimelineTest() override {
    if (timeline) stop();
  }
  void follow() {
    const Timeline::Sink sink{store, clock};
    timeline = std::make_unique<Timeline>(loop.get_executor(), session_id, sink, options,
                                          base::Logger(log, base::LogLevel::debug));
    ASSERT_TRUE(run(timeline->follow(switchboard)));
  }
  void stop() {
    run_void(timeline->stop());
    timeline.reset();
  }
  template <class T>
  T run(base::Task<T> task) {
    std::optional<T> value;
    base::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr failure, T result) {
      if (failure) std::rethrow_exception(failure);
      value.emplace(std::move(result));
    });
    turn([&] { return value.has_value(); });
    return std::move(*value);
  }
  void run_void(base::Task<void> task) {
    bool is_done = false;
    base::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
      is_done = true;
    });
    turn([&] { return is_done; });
  }
  template <class Condition>
  void turn(Condition condition) {
    loop.restart();
    while (!condition())
      if (loop.run_one_for(std::chrono::seconds(10)) == 0) throw std::runtime_error("stuck");
  }

  void attach(std::string_view session, std::string_view type, std::string_view outer = {}) {
    json::object info;
    info["type"] = type;
    info["targetId"] = "target-of-" + std::string(session);
    json::object params;
    params["sessionId"] = session;
    params["targetInfo"] = info;
    switchboard.wire.emit("Target.attachedToTarget", params, outer);
  }
  void load(std::string_view session) {
    switchboard.wire.emit("Page.loadEventFired", {{"timestamp", 1}}, session);
  }
  std::vector<store::TimelineEvent> written() {
    if (timeline) run_void(timeline->flush());
    return *run(store.read(session_id, 0, 1000));
  }

  base::asio::io_context loop{1};
  fakes::KeptLines log;
  fakes::FakeClock clock;
  std::unique_ptr<store::Database> database = std::move(*store::Database::in_memory());
  store::SessionStore rows{*database};
  store::TimelineStore store{*database};
  browser::FakeSwitchboard switchboard{loop.get_executor()};
  Timeline::Options options;
  std::unique_ptr<Timeline> timeline;
};

TEST_F(TimelineTest, NoTargetIsMadeToWaitAndNoneCanTellThatItIsFollowed) {
  follow();
  attach("page", "page");
  attach("frame", "iframe", "page");
  for (const browser::FakeCall& call : switchboard.wire.calls) {
    EXPECT_NE(call.method, "Runtime.enable");
    if (call.method != "Target.setAutoAttach") continue;
    EXPECT_EQ(call.params.at("waitForDebuggerOnStart"), false);
  }
  EXPECT_EQ(switchboard.wire.count("Target.setAutoAttach"), 3u) << "the browser, the page, the frame";
  EXPECT_EQ(switchboard.wire.count("Network.enable"), 2u);
}

TEST_F(TimelineTest, PagesAreNumberedAsTheyOpenAndTheirFramesAreTheirs) {
  follow();
  attach("one", "page");
  attach("two", "page");
  attach("frame", "iframe", "two");
  attach("worker", "worker", "frame");
  attach("menu", "browser_ui");
  for (const std::string_view session : {"one", "two", "frame", "worker", "menu", "nobody"}) load(session);
  const auto events = written();
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[0].page_index, 0);
  for (const std::size_t i : {1u, 2u, 3u}) EXPECT_EQ(events[i].page_index, 1) << i;
  EXPECT_EQ(events[2].target, "target-of-frame");
  for (std::size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i].seq, static_cast<std::int64_t>(i) + 1);
}

TEST_F(TimelineTest, EventsHaveTheTimeOfTheirArrival) {
  follow();
  attach("page", "page");
  load("page");
  clock.advance(std::chrono::milliseconds(1234));
  load("page");
  const auto events = written();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].at_ms, 1'800'000'000'000);
  EXPECT_EQ(events[1].at_ms, 1'800'000'001'234);
}

TEST_F(TimelineTest, ADetachedPageIsHeardNoMore) {
  follow();
  attach("page", "page");
  load("page");
  switchboard.wire.emit("Target.detachedFromTarget", {{"sessionId", "page"}});
  load("page");
  EXPECT_EQ(written().size(), 1u);
}

TEST_F(TimelineTest, SecretsDoNotReachTheStore) {
  follow();
  attach("page", "page");
  const json::object request = {{"request", {{"headers", {{"Cookie", "hunter2"}}}, {"postData", "hunter2"}}}};
  switchboard.wire.emit("Network.requestWillBeSent", request, "page");
  const auto events = written();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].params.find("hunter2"), std::string::npos);
}

TEST_F(TimelineTest, BeyondItsBoundEventsAreCountedAndNotKept) {
  options.max_events = 3;
  follow();
  attach("page", "page");
  for (int i = 0; i < 5; ++i) load("page");
  EXPECT_EQ(written().size(), 3u);
  EXPECT_EQ(timeline->dropped(), 2u);
  EXPECT_TRUE(log.mentions("timeline full"));
}

TEST_F(TimelineTest, AQueueThatTheStoreDoesNotEmptyIsBounded) {
  options.queue_bound = 2;
  follow();
  attach("page", "page");
  for (int i = 0; i < 5; ++i) load("page");
  EXPECT_EQ(timeline->dropped(), 3u);
  EXPECT_EQ(written().size(), 2u);
  load("page");
  EXPECT_EQ(written().size(), 3u) << "there is room again";
}

TEST_F(TimelineTest, StoppingStoresWhatWaits) {
  follow();
  attach("page", "page");
  load("page");
  stop();
  EXPECT_EQ(written().size(), 1u);
  load("page");
  EXPECT_EQ(written().size(), 1u) << "and nothing after it";
}

TEST_F(TimelineTest, ABrowserThatHasGoneCannotBeFollowed) {
  switchboard.break_pipe();
  Timeline late(loop.get_executor(), session_id, Timeline::Sink{store, clock}, options,
                base::Logger(log, base::LogLevel::debug));
  EXPECT_EQ(run(late.follow(switchboard)).error().code, base::errc::closed);
}

}  // namespace
}  // namespace greenroom::session
