#include "browser/warm_up.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "tests/fakes/fake_browser.hpp"
#include "tests/unit/browser/browser_loop.hpp"

namespace greenroom::browser {
namespace {

class WarmUpTest : public LoopTest {
 protected:
  WarmUpTest() {
    wire_.answer = [](const FakeCall& call) -> base::Result<json::object> {
      if (call.method == "Target.attachToTarget") return json::object{{"sessionId", "page"}};
      return json::object();
    };
  }
  void start() {
    base::asio::co_spawn(loop_, warm_up(loop_.get_executor(), switchboard_, "target"),
                         base::asio::bind_cancellation_slot(
                             cancelled_.slot(), [this](std::exception_ptr, base::Result<void> result) {
                               done_.emplace(std::move(result));
                             }));
    settle();
  }
  void emit(std::string_view method, const json::object& params = {}) {
    wire_.emit(method, params, "page");
    settle();
  }
  std::vector<std::string> addresses() const {
    std::vector<std::string> found;
    for (const FakeCall& call : wire_.calls)
      if (call.method == "Page.navigate") found.emplace_back(call.params.at("url").as_string());
    return found;
  }

  FakeSwitchboard switchboard_{loop_.get_executor()};
  FakeWire& wire_ = switchboard_.wire;
  base::asio::cancellation_signal cancelled_;
  std::optional<base::Result<void>> done_;
};

TEST_F(WarmUpTest, ShowsADocumentOfOursAndGoesBackWithoutAHistory) {
  start();
  EXPECT_EQ(addresses(), std::vector<std::string>{"http://warm-up.invalid/"});
  EXPECT_EQ(wire_.count("Fetch.fulfillRequest"), 0u);
  emit("Fetch.requestPaused", {{"requestId", "interception-1"}});
  ASSERT_EQ(wire_.count("Fetch.fulfillRequest"), 1u);
  EXPECT_EQ(wire_.calls.back().params.at("requestId"), "interception-1");
  emit("Page.loadEventFired");
  EXPECT_EQ(wire_.count("Fetch.disable"), 1u);
  EXPECT_EQ(addresses().back(), "about:blank");
  EXPECT_FALSE(done_);
  emit("Page.loadEventFired");
  ASSERT_TRUE(done_);
  EXPECT_TRUE(*done_);
  EXPECT_EQ(wire_.calls.back().method, "Page.resetNavigationHistory");
  EXPECT_TRUE(wire_.listeners.empty()) << "its line is still open";
}

TEST_F(WarmUpTest, EndsWhereverItIsGivenUp) {
  for (int events = 0; events < 3; ++events) {
    done_.reset();
    start();
    if (events > 0) emit("Fetch.requestPaused", {{"requestId", "interception-1"}});
    if (events > 1) emit("Page.loadEventFired");
    ASSERT_FALSE(done_);
    cancelled_.emit(base::asio::cancellation_type::terminal);
    settle();
    ASSERT_TRUE(done_) << "behind " << events << " events";
    EXPECT_FALSE(*done_);
    EXPECT_TRUE(wire_.listeners.empty()) << "its line is still open";
  }
}

TEST_F(WarmUpTest, NothingIsAskedForWhereRequestsCannotBeHeld) {
  wire_.answer = [](const FakeCall& call) -> base::Result<json::object> {
    if (call.method == "Fetch.enable") return base::Error{base::errc::protocol, "no"};
    return json::object{{"sessionId", "page"}};
  };
  start();
  ASSERT_TRUE(done_);
  EXPECT_FALSE(*done_);
  EXPECT_TRUE(addresses().empty());
}

}  // namespace
}  // namespace greenroom::browser
