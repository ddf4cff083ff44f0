// What is written down of a browser's events: whose page, in which order, and what happens at the bounds.
#include "session/timeline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "session/record.hpp"
#include "session/timeline_mask.hpp"
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
  std::vector<store::TimelineEvent> all_written() {
    if (timeline) run_void(timeline->flush());
    return *run(store.read(session_id, 0, 1000));
  }
  /// Without our own words.
  std::vector<store::TimelineEvent> written() {
    auto events = all_written();
    std::erase_if(events, [](const auto& event) { return kind_of(event.method) == "marker"; });
    return events;
  }
  std::vector<std::string> words() {
    std::vector<std::string> out;
    for (const auto& event : all_written())
      if (kind_of(event.method) == "marker")
        out.push_back(event.method + " " + std::to_string(event.page_index));
    return out;
  }
  /// The page keeps the promise that it was asked for last in that session.
  void answer(std::string_view method, std::string_view session, const json::object& result) {
    auto& asked = switchboard.wire.asked;
    for (std::size_t i = asked.size(); i-- > 0;) {
      if (asked[i].first.method != method || asked[i].first.session != session) continue;
      const auto on_answer = std::move(asked[i].second);
      asked.erase(asked.begin() + static_cast<std::ptrdiff_t>(i));
      return on_answer(result);
    }
    FAIL() << "nobody asked for " << method << " in " << session;
  }
  void say_visible(std::string_view session, std::string_view state) {
    answer("Runtime.evaluate", session, {{"result", {{"type", "string"}, {"value", state}}}});
  }
  void give_world(std::string_view session) {
    answer("Page.createIsolatedWorld", session, {{"executionContextId", 7}});
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

TEST_F(TimelineTest, EventsAreStoredByThemselvesAlsoBehindAnIdleTime) {
  options.flush_interval = std::chrono::milliseconds(0);
  follow();
  const auto stored = [&] { return run(store.read(session_id, 0, 1000))->size(); };
  for (std::size_t expected = 1; expected <= 3; ++expected) {
    timeline->mark("client.joined", {}, {});
    for (int turns = 0; turns < 1000 && stored() < expected; ++turns) loop.poll();
    EXPECT_EQ(stored(), expected);
  }
}

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
  const auto all = all_written();
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].seq, static_cast<std::int64_t>(i) + 1);
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
  EXPECT_EQ(written().size(), 2u) << "and the tab's opening";
  EXPECT_EQ(timeline->dropped(), 3u);
  EXPECT_TRUE(log.mentions("timeline full"));
  EXPECT_EQ(words().back(), "timeline.full -1") << "the last line says so";
}

TEST_F(TimelineTest, BeyondItsSizeEventsAreNotKeptEither) {
  options.max_size = base::Bytes{40};
  follow();
  attach("page", "page");
  for (int i = 0; i < 5; ++i) load("page");
  EXPECT_LT(written().size(), 5u);
  EXPECT_EQ(words().back(), "timeline.full -1");
}

TEST_F(TimelineTest, TheTabThatSaysItIsVisibleIsShown) {
  follow();
  int changes = 0;
  timeline->when_tab_changes([&] { ++changes; });
  attach("one", "page");
  give_world("one");
  say_visible("one", "visible");
  attach("two", "page");
  give_world("two");
  say_visible("two", "visible");
  say_visible("one", "hidden");
  switchboard.wire.emit("Target.detachedFromTarget", {{"sessionId", "two"}});
  say_visible("one", "visible");
  const std::vector<std::string> expected = {"tab.opened 0", "tab.shown 0",  "tab.opened 1",
                                             "tab.shown 1",  "tab.closed 1", "tab.shown 0"};
  EXPECT_EQ(words(), expected);
  EXPECT_EQ(changes, 2) << "the first tab is no change";
}

TEST_F(TimelineTest, EveryDocumentIsAskedAnewAndTheOldOneIsNotBelieved) {
  follow();
  attach("page", "page");
  give_world("page");
  auto old = std::move(switchboard.wire.asked.back().second);
  switchboard.wire.asked.clear();
  switchboard.wire.emit("Page.frameNavigated", {{"frame", {{"id", "F"}, {"url", "https://a/"}}}}, "page");
  old(json::object{{"result", {{"value", "visible"}}}});
  EXPECT_EQ(words(), (std::vector<std::string>{"tab.opened 0", "tab.navigated 0"}));
  old(base::Error{base::errc::protocol, "Execution context was destroyed."});
  give_world("page");
  say_visible("page", "visible");
  EXPECT_EQ(words().back(), "tab.shown 0");
}

TEST_F(TimelineTest, ADocumentIsAskedForItsTitleAndSaysItOnce) {
  follow();
  attach("page", "page");
  load("page");
  EXPECT_EQ(switchboard.wire.asked.size(), 1u) << "the world only: nobody can be asked yet";
  switchboard.wire.emit("Page.frameNavigated", {{"frame", {{"id", "F"}, {"url", "https://a/"}}}}, "page");
  give_world("page");
  auto say_title = [&](std::string_view title) {
    load("page");
    answer("Runtime.evaluate", "page", {{"result", {{"value", title}}}});
  };
  for (const char* title : {"", "One", "One", "Two"}) say_title(title);
  load("page");
  auto late = std::move(switchboard.wire.asked.back().second);
  switchboard.wire.emit("Page.frameNavigated", {{"frame", {{"id", "F"}, {"url", "https://b/"}}}}, "page");
  late(json::object{{"result", {{"value", "Of the document before"}}}});
  const std::vector<std::string> expected = {"tab.opened 0", "tab.navigated 0", "tab.titled 0",
                                             "tab.titled 0", "tab.navigated 0"};
  EXPECT_EQ(words(), expected);
  for (const auto& event : all_written()) {
    const bool is_title = event.method == "tab.titled";
    EXPECT_EQ(is_title && event.params.find(R"("url":"https://a/")") == std::string::npos, false);
  }
}

TEST_F(TimelineTest, AFramesNavigationIsNotItsTabs) {
  follow();
  attach("page", "page");
  switchboard.wire.emit("Page.frameNavigated",
                        {{"frame", {{"id", "G"}, {"parentId", "F"}, {"url", "https://a/"}}}}, "page");
  EXPECT_EQ(words().size(), 1u);
  EXPECT_EQ(written().size(), 1u);
}

TEST_F(TimelineTest, ClientsCommandsAreKeptWithTheirTarget) {
  follow();
  attach("page", "page");
  switchboard.observe({"Page.navigate", R"({"url":"https://a/"})", "client-session", "target-of-page"});
  switchboard.observe({"Input.insertText", R"({"text":"hunter2"})", "client-session", "target-of-page"});
  switchboard.observe({"Emulation.setDeviceMetricsOverride", "{}", "client-session", "target-of-page"});
  const auto events = written();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].page_index, 0);
  EXPECT_EQ(events[0].target, "target-of-page");
  EXPECT_EQ(events[1].params, R"({"characters":7})");
}

TEST_F(TimelineTest, WithMarkersOnlyNothingElseIsKeptAndNoAddress) {
  options.only_markers = true;
  follow();
  attach("page", "page");
  load("page");
  switchboard.wire.emit("Page.frameNavigated", {{"frame", {{"id", "F"}, {"url", "https://a-secret/"}}}},
                        "page");
  switchboard.observe({"Page.navigate", R"({"url":"https://a-secret/"})", "s", "target-of-page"});
  EXPECT_EQ(written().size(), 0u);
  EXPECT_EQ(switchboard.wire.count("Network.enable"), 0u);
  for (const auto& event : all_written()) EXPECT_EQ(event.params.find("a-secret"), std::string::npos);
  EXPECT_EQ(words(), (std::vector<std::string>{"tab.opened 0", "tab.navigated 0"}));
}

TEST_F(TimelineTest, TheConsoleIsAskedForOnlyWhenItIsWanted) {
  options.console = true;
  follow();
  attach("page", "page");
  EXPECT_EQ(switchboard.wire.count("Runtime.enable"), 1u);
  for (int i = 0; i < 64; ++i)
    switchboard.wire.emit("Runtime.consoleAPICalled", {{"type", "log"}, {"args", json::array()}}, "page");
  EXPECT_EQ(written().size(), 64u);
  EXPECT_EQ(switchboard.wire.count("Runtime.releaseObjectGroup"), 1u) << "the page is let go of what it said";
}

TEST_F(TimelineTest, TheEndOfARequestSaysHowLargeItsBodyWas) {
  follow();
  attach("page", "page");
  for (int i = 0; i < 2; ++i)
    switchboard.wire.emit("Network.dataReceived", {{"requestId", "1"}, {"dataLength", 21}}, "page");
  switchboard.wire.emit("Network.loadingFinished", {{"requestId", "1"}}, "page");
  switchboard.wire.emit("Network.loadingFinished", {{"requestId", "2"}}, "page");
  const auto events = written();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(json::parse(events[0].params).at("decodedLength"), 42);
  EXPECT_FALSE(json::parse(events[1].params).as_object().contains("decodedLength"));
}

TEST_F(TimelineTest, AQueueThatTheStoreDoesNotEmptyIsBounded) {
  options.queue_bound = 3;  // the tab's opening is one
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
