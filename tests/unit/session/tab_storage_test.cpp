// What tabs keep: put back once for each tab, followed, and gathered.
#include "session/tab_storage.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "tests/fakes/fake_browser.hpp"
#include "tests/fakes/kept_lines.hpp"

namespace greenroom::session {
namespace {

class TabStorageTest : public testing::Test {
 protected:
  template <class T>
  T run(base::Task<T> task) {
    std::optional<T> value;
    boost::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr failure, T result) {
      if (failure) std::rethrow_exception(failure);
      value.emplace(std::move(result));
    });
    loop.restart();
    loop.run();
    return std::move(*value);
  }
  void follow(TabItems saved, bool follows, std::size_t limit = 1'000) {
    TabStorage::Options options;
    options.saved = std::move(saved);
    options.follows = follows;
    options.limit = limit;
    tabs = std::make_unique<TabStorage>(std::move(options), base::Logger(lines, base::LogLevel::debug));
    ASSERT_TRUE(run(tabs->follow(switchboard)));
  }
  void attach(const std::string& session, const std::string& url = "about:blank",
              const std::string& context = "first") {
    json::object info;
    info["targetId"] = "T" + session;
    info["type"] = "page";
    info["url"] = url;
    info["browserContextId"] = context;
    json::object params;
    params["sessionId"] = session;
    params["targetInfo"] = std::move(info);
    switchboard.wire.emit("Target.attachedToTarget", params);
  }
  void navigate(const std::string& session, const std::string& url) {
    json::object frame;
    frame["id"] = "T" + session;
    frame["url"] = url;
    json::object params;
    params["frame"] = std::move(frame);
    switchboard.wire.emit("Page.frameNavigated", params, session);
  }
  void change(const std::string& session, std::string_view what, const std::string& key,
              const std::string& value, const std::string& origin = "https://a.example") {
    json::object params;
    params["storageId"] = {
        {"securityOrigin", origin}, {"storageKey", origin + "/"}, {"isLocalStorage", false}};
    params["key"] = key;
    params["newValue"] = value;
    switchboard.wire.emit("DOMStorage." + std::string(what), params, session);
  }
  /// Answers all that was asked, in order.
  void answer_asked() {
    auto asked = std::move(switchboard.wire.asked);
    switchboard.wire.asked.clear();
    int number = 0;
    for (auto& [call, then] : asked) {
      json::object answer;
      if (call.method == "Page.addScriptToEvaluateOnNewDocument")
        answer["identifier"] = std::to_string(++number);
      if (call.method == "DOMStorage.getDOMStorageItems") answer["entries"] = entries;
      then(answer);
    }
  }
  TabItems gather() { return run(tabs->gather()); }

  boost::asio::io_context loop{1};
  fakes::KeptLines lines;
  browser::FakeSwitchboard switchboard{loop.get_executor()};
  json::array entries;
  std::unique_ptr<TabStorage> tabs;
};

const TabItems saved = {{"https://a.example", {{"k", "v"}}}};

TEST_F(TabStorageTest, WhatWasSavedIsPutBackOnceIntoEachTab) {
  follow(saved, false);
  attach("1");
  attach("2");
  EXPECT_EQ(switchboard.wire.count("Page.addScriptToEvaluateOnNewDocument"), 2u);
  EXPECT_EQ(switchboard.wire.count("DOMStorage.enable"), 0u) << "nobody asked to save";
  answer_asked();
  navigate("1", "https://b.example/");
  EXPECT_EQ(switchboard.wire.count("Page.removeScriptToEvaluateOnNewDocument"), 0u) << "another origin";
  navigate("1", "https://a.example/path?q#f");
  EXPECT_EQ(switchboard.wire.count("Page.removeScriptToEvaluateOnNewDocument"), 1u);
  EXPECT_EQ(switchboard.wire.calls.back().session, "1") << "the other tab has not been there";
  navigate("1", "https://a.example/");
  EXPECT_EQ(switchboard.wire.count("Page.removeScriptToEvaluateOnNewDocument"), 1u);
}

TEST_F(TabStorageTest, ATabThatIsThereAlreadyGetsItAtOnceAndOnce) {
  follow(saved, false);
  attach("1", "https://a.example/");
  EXPECT_EQ(switchboard.wire.count("Page.removeScriptToEvaluateOnNewDocument"), 0u);
  answer_asked();
  EXPECT_EQ(switchboard.wire.count("Page.removeScriptToEvaluateOnNewDocument"), 1u);
}

TEST_F(TabStorageTest, OtherContextsAreLeftAlone) {
  follow(saved, true);
  attach("1");
  const std::size_t before = switchboard.wire.calls.size();
  attach("2", "https://a.example/", "second");
  navigate("2", "https://a.example/");
  EXPECT_EQ(switchboard.wire.calls.size(), before);
}

TEST_F(TabStorageTest, ChangesAreFollowedThoughTheTabCloses) {
  follow(saved, true);
  attach("1");
  navigate("1", "https://a.example/");
  change("1", "domStorageItemAdded", "n\"1", "ä\n");
  change("1", "domStorageItemUpdated", "n\"1", "two");
  change("1", "domStorageItemAdded", "x", "1");
  change("1", "domStorageItemRemoved", "x", "");
  change("1", "domStorageItemAdded", "k", "other", "https://b.example");
  json::object gone;
  gone["sessionId"] = "1";
  switchboard.wire.emit("Target.detachedFromTarget", gone);
  EXPECT_EQ(gather(), (TabItems{{"https://a.example", {{"k", "v"}, {"n\"1", "two"}}},
                                {"https://b.example", {{"k", "other"}}}}));
}

TEST_F(TabStorageTest, WhatAPageEmptiesIsGoneAndAnEmptyTabSaysNothing) {
  follow(saved, true);
  attach("1");
  navigate("1", "https://a.example/");
  answer_asked();
  EXPECT_EQ(gather(), saved) << "the tab had nothing: it may be another one's";
  change("1", "domStorageItemsCleared", "", "");
  EXPECT_EQ(gather(), TabItems());
}

TEST_F(TabStorageTest, AtTheEndTheTabsThemselvesAreAsked) {
  follow({}, true);
  attach("1");
  navigate("1", "https://a.example/");
  entries.push_back(json::array{"seen", "late"});
  switchboard.wire.answer = [&](const browser::FakeCall& call) {
    json::object out;
    if (call.method == "DOMStorage.getDOMStorageItems") out["entries"] = entries;
    return base::Result<json::object>(out);
  };
  EXPECT_EQ(gather(), (TabItems{{"https://a.example", {{"seen", "late"}}}}));
}

TEST_F(TabStorageTest, WhoeverWantsToSaveLaterFollowsFromThen) {
  follow({}, false);
  attach("1");
  navigate("1", "https://a.example/");
  EXPECT_EQ(switchboard.wire.count("DOMStorage.enable"), 0u);
  tabs->follow_changes();
  EXPECT_EQ(switchboard.wire.count("DOMStorage.enable"), 1u);
  entries.push_back(json::array{"k", "v"});
  answer_asked();
  EXPECT_EQ(gather(), saved);
}

TEST_F(TabStorageTest, ThereIsABoundAndItIsSaid) {
  follow({}, true, 10);
  attach("1");
  change("1", "domStorageItemAdded", "k", "12345678");
  change("1", "domStorageItemAdded", "m", "12345678");
  EXPECT_EQ(gather(), (TabItems{{"https://a.example", {{"k", "12345678"}}}}));
  EXPECT_TRUE(lines.mentions("sessionStorage is larger"));
  change("1", "domStorageItemRemoved", "k", "");
  change("1", "domStorageItemAdded", "m", "12345678");
  EXPECT_EQ(gather(), (TabItems{{"https://a.example", {{"m", "12345678"}}}})) << "there is room again";
}

TEST_F(TabStorageTest, LocalAndPartitionedStorageIsNotOurs) {
  follow({}, true);
  attach("1");
  json::object params;
  params["storageId"] = {{"storageKey", "https://a.example/"}, {"isLocalStorage", true}};
  params["key"] = "k";
  params["newValue"] = "v";
  switchboard.wire.emit("DOMStorage.domStorageItemAdded", params, "1");
  params["storageId"] = {{"storageKey", "https://a.example/^0https://b.example"}, {"isLocalStorage", false}};
  switchboard.wire.emit("DOMStorage.domStorageItemAdded", params, "1");
  EXPECT_EQ(gather(), TabItems());
}

TEST(Origin, IsOfWebPagesAlone) {
  EXPECT_EQ(origin_of("https://a.example/x?y#z"), "https://a.example");
  EXPECT_EQ(origin_of("http://a.example:8080"), "http://a.example:8080");
  EXPECT_EQ(origin_of("http://a.example?q=/"), "http://a.example");
  for (const char* none : {"", "about:blank", "data:text/html,x", "chrome://version", "file:///etc"})
    EXPECT_EQ(origin_of(none), "") << none;
}

}  // namespace
}  // namespace greenroom::session
