#include "browser/window_keeper.hpp"

#include <boost/json.hpp>

#include "base/task_group.hpp"
#include "tests/fakes/fake_browser.hpp"
#include "tests/unit/browser/browser_loop.hpp"

namespace greenroom::browser {
namespace {

class WindowKeeperTest : public LoopTest {
 protected:
  void SetUp() override {
    switchboard_.wire.answer = [this](const FakeCall& call) { return answer(call); };
    ASSERT_TRUE(*run(keeper_.start()));
    tasks_.spawn(keeper_.run());
    settle();
  }
  void TearDown() override {
    keeper_.stop();
    EXPECT_TRUE(run(tasks_.join()));
  }

  base::Result<json::object> answer(const FakeCall& call) {
    if (call.method == "Browser.getWindowForTarget") {
      if (!has_window_) return base::Error{base::errc::protocol, "Browser window not found"};
      return json::object{
          {"windowId", 7},
          {"bounds", json::object{{"width", 400}, {"height", 334}, {"windowState", "normal"}}}};
    }
    return json::object();
  }
  void announce(const char* event, json::object info) {
    json::object params;
    params["targetInfo"] = std::move(info);
    switchboard_.wire.emit(event, params);
    settle();
  }
  /// The bounds that windows were told, in order: "7 normal", "7 400x300", "7 fullscreen".
  std::vector<std::string> told() const {
    std::vector<std::string> all;
    for (const FakeCall& call : switchboard_.wire.calls) {
      if (call.method != "Browser.setWindowBounds") continue;
      const json::object& bounds = call.params.at("bounds").as_object();
      const std::string id = std::to_string(call.params.at("windowId").as_int64()) + " ";
      if (bounds.contains("windowState"))
        all.push_back(id + std::string(bounds.at("windowState").as_string()));
      else
        all.push_back(id + std::to_string(bounds.at("width").as_int64()) + "x" +
                      std::to_string(bounds.at("height").as_int64()));
    }
    return all;
  }

  bool has_window_ = true;
  FakeSwitchboard switchboard_{loop_.get_executor()};
  WindowKeeper keeper_{loop_.get_executor(), switchboard_, {{1280, 720}, {1920, 1080}, false, nullptr}, log_};
  base::TaskGroup tasks_{loop_.get_executor()};
};

TEST_F(WindowKeeperTest, ANewWindowIsSizedAndThenMadeFullscreen) {
  announce("Target.targetCreated", {{"targetId", "a"}, {"type", "page"}});
  EXPECT_EQ(told(), (std::vector<std::string>{"7 normal", "7 1280x720", "7 fullscreen"}));
}

TEST_F(WindowKeeperTest, APopupKeepsItsSize) {
  announce("Target.targetCreated", {{"targetId", "a"}, {"type", "page"}, {"openerId", "b"}});
  EXPECT_EQ(told(), (std::vector<std::string>{"7 normal", "7 400x300", "7 fullscreen"}));
}

TEST_F(WindowKeeperTest, WhatIsNoPageHasNoWindow) {
  announce("Target.targetCreated", {{"targetId", "a"}, {"type", "service_worker"}});
  EXPECT_EQ(switchboard_.wire.count("Browser.getWindowForTarget"), 0u);
}

TEST_F(WindowKeeperTest, AWindowThatIsStillToComeIsLookedForAgain) {
  has_window_ = false;
  announce("Target.targetCreated", {{"targetId", "a"}, {"type", "page"}});
  EXPECT_TRUE(told().empty());
  has_window_ = true;
  announce("Target.targetInfoChanged", {{"targetId", "a"}, {"type", "page"}});
  EXPECT_EQ(told().size(), 3u);
  announce("Target.targetInfoChanged", {{"targetId", "a"}, {"type", "page"}});
  EXPECT_EQ(switchboard_.wire.count("Browser.getWindowForTarget"), 2u) << "found once is enough";
}

TEST_F(WindowKeeperTest, AClientsEmulationMovesTheWindow) {
  announce("Target.targetCreated", {{"targetId", "a"}, {"type", "page"}});
  switchboard_.wire.calls.clear();
  switchboard_.observe(
      {"Emulation.setDeviceMetricsOverride", R"({"width":800,"height":600,"mobile":false})", "s", "a"});
  settle();
  EXPECT_EQ(told(), (std::vector<std::string>{"7 normal", "7 800x600", "7 fullscreen"}));
  switchboard_.wire.calls.clear();
  switchboard_.observe({"Emulation.clearDeviceMetricsOverride", "{}", "s", "a"});
  settle();
  EXPECT_EQ(told().at(1), "7 1280x720");
}

TEST_F(WindowKeeperTest, AbsurdEmulationDoesNothing) {
  announce("Target.targetCreated", {{"targetId", "a"}, {"type", "page"}});
  switchboard_.wire.calls.clear();
  for (const char* params : {"{}", R"({"width":-5,"height":1e99})", R"({"width":"x"})", ""})
    switchboard_.observe({"Emulation.setDeviceMetricsOverride", params, "s", "a"});
  settle();
  EXPECT_TRUE(told().empty());
}

TEST_F(WindowKeeperTest, OnlyTheLastOfManyWishesIsFulfilled) {
  announce("Target.targetCreated", {{"targetId", "a"}, {"type", "page"}});
  switchboard_.wire.calls.clear();
  for (int width = 600; width < 1000; ++width) {
    const std::string params = R"({"width":)" + std::to_string(width) + R"(,"height":600})";
    switchboard_.observe({"Emulation.setDeviceMetricsOverride", params, "s", "a"});
  }
  settle();
  EXPECT_LE(told().size(), 6u);
  EXPECT_EQ(told().at(told().size() - 2), "7 999x600");
}

}  // namespace
}  // namespace greenroom::browser
