// The people who look at a session, over streams in memory and a browser that only records.
#include "session/live_room.hpp"

#include <chrono>
#include <memory>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/fakes/fake_browser.hpp"
#include "tests/fakes/kept_lines.hpp"
#include "tests/fakes/memory_stream.hpp"

namespace greenroom::session {
namespace {

namespace json = boost::json;
using base::errc;
using base::Error;
using base::Result;
using base::Task;

/// What one viewer's page would see.
struct Page {
  std::unique_ptr<fakes::MemoryStream> stream;
  std::vector<std::string> heard;
  bool is_over = false;

  json::object last(std::string_view what) const {
    for (auto text = heard.rbegin(); text != heard.rend(); ++text) {
      if (text->front() != 'S') continue;
      const auto object = json::parse(text->substr(1)).as_object();
      if (object.at("t").as_string() == what) return object;
    }
    return {};
  }
  std::vector<std::string> pictures() const {
    std::vector<std::string> out;
    for (const std::string& text : heard)
      if (text.front() == 'P') out.push_back(text.substr(9));
    return out;
  }
};

class LiveRoomTest : public testing::Test {
 protected:
  LiveRoomTest() {
    switchboard.wire.answer = [this](const browser::FakeCall& call) -> Result<json::object> {
      if (call.method == "Target.setAutoAttach" && call.session.empty()) open_tab("A");
      if (call.method == "Page.startScreencast")
        switchboard.wire.emit("Page.screencastFrame", {{"data", "SlBFRw=="}, {"sessionId", 1}}, call.session);
      return json::object();
    };
    LiveRoom::Hooks hooks;
    hooks.screen = [this]() -> Task<Result<std::string>> {
      if (screen.empty()) co_return Error{errc::unavailable, "nothing is recorded"};
      co_return screen;
    };
    hooks.did = [this](const cdp::ClientCommand& command) { did.emplace_back(command.method); };
    hooks.mark = [this](std::string_view word, const json::object& params) {
      marks.push_back(std::string(word) + " " + json::serialize(params));
    };
    room = std::make_unique<LiveRoom>(loop.get_executor(), switchboard, PageSize{1000, 500}, std::move(hooks),
                                      base::Logger(log, base::LogLevel::debug));
  }

  ~LiveRoomTest() override {
    room->close({1000, "over"}, "requested");
    run();
    bool joined = false;
    auto task = [&]() -> Task<void> {
      co_await room->join();
      joined = true;
    };
    spawn(task());
    run();
    EXPECT_TRUE(joined);
    run();
  }

  void open_tab(const std::string& id) {
    const json::object info{
        {"targetId", id}, {"type", "page"}, {"title", "title of " + id}, {"url", "https://" + id}};
    switchboard.wire.emit("Target.targetCreated", {{"targetInfo", info}});
    switchboard.wire.emit("Target.attachedToTarget", {{"sessionId", "session-" + id}, {"targetInfo", info}});
  }

  void spawn(Task<void> task) {
    boost::asio::co_spawn(loop, std::move(task), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
  }
  /// Everything that can happen now; nothing waits for a clock.
  void run() {
    loop.restart();
    for (int i = 0; i < 1000 && loop.poll_one() > 0; ++i) {
    }
  }

  Page& join(bool may_control, std::string tab = {}) {
    auto pair = fakes::MemoryStream::make(loop.get_executor());
    pages.push_back(std::make_unique<Page>());
    Page& page = *pages.back();
    page.stream = std::move(pair.first);
    LiveViewer viewer;
    viewer.may_control = may_control;
    viewer.tab = std::move(tab);
    viewer.is_still_allowed = [this] { return link_is_good; };
    auto serve = [this](std::unique_ptr<fakes::MemoryStream> stream, LiveViewer who) -> Task<void> {
      co_await room->serve(*stream, std::move(who));
    };
    serving.push_back(serve);
    spawn(serving.back()(std::move(pair.second), std::move(viewer)));
    auto read = [](Page& one) -> Task<void> {
      for (;;) {
        const auto message = co_await one.stream->read();
        if (!message) break;
        one.heard.emplace_back(*message);
      }
      one.is_over = true;
    };
    spawn(read(page));
    run();
    return page;
  }

  void say(Page& page, const json::object& message) {
    page.stream->send(json::serialize(message));
    run();
  }
  void click(Page& page, std::string_view tab = "A", std::string_view kind = "press") {
    say(page, {{"t", "mouse"}, {"tab", tab}, {"kind", kind}, {"x", 0.5}, {"y", 0.5}, {"button", "left"}});
  }

  boost::asio::io_context loop{1};
  fakes::KeptLines log;
  browser::FakeSwitchboard switchboard{loop.get_executor()};
  std::string screen = "first";
  bool link_is_good = true;
  std::vector<std::string> did;
  std::vector<std::string> marks;
  std::vector<std::function<Task<void>(std::unique_ptr<fakes::MemoryStream>, LiveViewer)>> serving;
  std::vector<std::unique_ptr<Page>> pages;
  std::unique_ptr<LiveRoom> room;
};

TEST_F(LiveRoomTest, AViewerIsToldOfTheTabsAndGetsAPicture) {
  const Page& page = join(true);
  const json::object state = page.last("state");
  EXPECT_EQ(state.at("may"), true);
  EXPECT_EQ(state.at("watched"), "A");
  EXPECT_EQ(state.at("tabs").at(0).at("title"), "title of A");
  EXPECT_EQ(page.pictures(), std::vector<std::string>{"first"});
}

TEST_F(LiveRoomTest, APictureThatIsNotSeenYetIsTheOnlyOneUnderWay) {
  Page& page = join(true);
  for (const std::string_view next : {"second", "third"}) {
    screen = next;
    click(page, "A", "press");
    click(page, "A", "release");
  }
  EXPECT_EQ(page.pictures().size(), 1u);
}

TEST_F(LiveRoomTest, HandsReachThePageAndTheTimeline) {
  Page& page = join(true);
  click(page);
  ASSERT_EQ(did, std::vector<std::string>{"Input.dispatchMouseEvent"});
  const browser::FakeCall& call = switchboard.wire.calls.back();
  EXPECT_EQ(call.session, "session-A");
  EXPECT_EQ(call.params.at("x"), 500.0);
  EXPECT_EQ(call.params.at("y"), 250.0);
  EXPECT_EQ(marks.back(), R"(viewer.controls {"viewer":1})");
}

/// Looked for when the page has acted on the click, not a guessed time behind it.
TEST_F(LiveRoomTest, AListThatAClickDropsDownIsShown) {
  Page& page = join(true);
  const auto answer = [this](std::string_view method, const json::object& result) {
    auto& asked = switchboard.wire.asked;
    ASSERT_EQ(asked.back().first.method, method);
    const auto last = asked.back().second;
    asked.pop_back();
    last(result);
    run();
  };
  click(page, "A", "press");
  click(page, "A", "release");
  answer("Input.dispatchMouseEvent", {});
  answer("Page.createIsolatedWorld", {{"executionContextId", 7}});
  EXPECT_EQ(switchboard.wire.asked.back().first.params.at("contextId"), 7);
  EXPECT_TRUE(page.last("list").empty());
  answer("Runtime.evaluate", {{"result", {{"value", R"({"box":[0,0,1,1],"options":[{"text":"Stalls"}]})"}}}});
  EXPECT_EQ(page.last("list").at("options").at(0).at("text"), "Stalls");
}

TEST_F(LiveRoomTest, ALinkToLookMovesNothing) {
  Page& page = join(false);
  click(page);
  say(page, {{"t", "take"}});
  say(page, {{"t", "navigate"}, {"kind", "go"}, {"url", "https://a.example"}, {"tab", "A"}});
  say(page, {{"t", "tab"}, {"kind", "open"}});
  EXPECT_TRUE(did.empty());
  EXPECT_EQ(page.last("state").at("holder"), 0);
}

TEST_F(LiveRoomTest, OneHasControlUntilItIsTakenOverAndWhatWasHeldIsLetGo) {
  Page& one = join(true);
  Page& two = join(true);
  click(one);
  click(two);
  EXPECT_EQ(did.size(), 1u) << "the second one's hands do nothing";
  say(two, {{"t", "take"}});
  ASSERT_EQ(did.size(), 2u) << "the button that the first one holds is let go";
  EXPECT_EQ(switchboard.wire.calls.back().params.at("type"), "mouseReleased");
  EXPECT_EQ(one.last("state").at("holder"), 2);
  click(two);
  EXPECT_EQ(did.size(), 3u);
  say(two, {{"t", "give"}});
  EXPECT_EQ(one.last("state").at("holder"), 1) << "back to whom it was taken from";
}

TEST_F(LiveRoomTest, WhoLeavesWithControlLetsGo) {
  Page& one = join(true);
  click(one);
  one.stream->break_connection();
  run();
  EXPECT_EQ(switchboard.wire.calls.back().params.at("type"), "mouseReleased");
  EXPECT_EQ(marks.back(), R"(viewer.left {"viewer":1})");
}

TEST_F(LiveRoomTest, AClickIntoATabThatIsNoLongerInFrontIsDropped) {
  Page& page = join(true);
  open_tab("B");
  // B says that it is visible, by the daemon's own question.
  for (auto& [call, answer] : switchboard.wire.asked)
    if (call.method == "Page.createIsolatedWorld" && call.session == "session-B")
      answer(json::object{{"executionContextId", 7}});
  for (auto& [call, answer] : switchboard.wire.asked)
    if (call.method == "Runtime.evaluate" && call.session == "session-B") {
      const auto said = std::exchange(answer, [](const Result<json::object>&) {});
      said(json::object{{"result", {{"value", "visible 800 600"}}}});
      break;
    }
  run();
  ASSERT_EQ(page.last("state").at("shown"), "B");
  click(page, "A");
  EXPECT_TRUE(did.empty());
  click(page, "B");
  ASSERT_EQ(did.size(), 1u);
  EXPECT_EQ(switchboard.wire.calls.back().params.at("x"), 400.0) << "of its own size";
}

TEST_F(LiveRoomTest, ALinkToOneTabShowsItAloneAndEndsWithIt) {
  join(true);
  open_tab("B");
  Page& page = join(true, "B");
  EXPECT_EQ(page.last("state").at("tabs").as_array().size(), 1u);
  EXPECT_EQ(page.last("state").at("watched"), "B");
  switchboard.wire.emit("Target.targetDestroyed", {{"targetId", "B"}});
  run();
  EXPECT_EQ(page.last("over").at("what"), "closed");
  EXPECT_TRUE(page.is_over);
}

TEST_F(LiveRoomTest, WithoutARecordingThePageIsAskedForItsPicture) {
  screen.clear();
  const Page& page = join(true);
  EXPECT_EQ(page.pictures(), std::vector<std::string>{"JPEG"});
}

TEST_F(LiveRoomTest, AddressesThatClientsMayNotOpenAreNotOpenedByHandEither) {
  Page& page = join(true);
  say(page, {{"t", "navigate"}, {"kind", "go"}, {"url", "file:///etc/passwd"}, {"tab", "A"}});
  EXPECT_EQ(switchboard.wire.count("Page.navigate"), 0u);
  EXPECT_FALSE(page.last("notice").empty());
  say(page, {{"t", "navigate"}, {"kind", "go"}, {"url", "a.example"}, {"tab", "A"}});
  EXPECT_EQ(switchboard.wire.count("Page.navigate"), 1u);
}

TEST_F(LiveRoomTest, TheLastTabIsNotClosed) {
  Page& page = join(true);
  say(page, {{"t", "tab"}, {"kind", "close"}, {"which", "A"}});
  EXPECT_EQ(switchboard.wire.count("Target.closeTarget"), 0u);
  open_tab("B");
  say(page, {{"t", "tab"}, {"kind", "close"}, {"which", "A"}});
  EXPECT_EQ(switchboard.wire.count("Target.closeTarget"), 1u);
}

TEST_F(LiveRoomTest, NonsenseEndsItsViewerAlone) {
  Page& one = join(true);
  Page& two = join(false);
  one.stream->send("{\"t\":\"dance\"}");
  run();
  EXPECT_TRUE(one.is_over);
  EXPECT_EQ(one.stream->close_reason().code, 1008);
  EXPECT_FALSE(two.is_over);
}

TEST_F(LiveRoomTest, EverybodyHearsOfTheEnd) {
  Page& one = join(true);
  Page& two = join(false);
  room->close({1001, "time is over"}, "max_duration");
  run();
  for (const Page* page : {&one, &two}) {
    EXPECT_EQ(page->last("over").at("what"), "ended");
    EXPECT_EQ(page->last("over").at("reason"), "max_duration");
    EXPECT_EQ(page->stream->close_reason().code, 1001);
  }
  Page& late = join(true);
  EXPECT_EQ(late.last("over").at("what"), "ended");
}

TEST_F(LiveRoomTest, ALinkThatExpiresEndsTheLooking) {
  Page& page = join(true);
  link_is_good = false;
  click(page);
  say(page, {{"t", "take"}});
  open_tab("B");
  run();
  EXPECT_EQ(page.last("over").at("what"), "expired");
  EXPECT_TRUE(page.is_over);
}

}  // namespace
}  // namespace greenroom::session
