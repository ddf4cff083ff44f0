#include "tests/fakes/fake_browser.hpp"

#include "tests/fakes/fake_launcher.hpp"
#include "tests/fakes/memory_stream.hpp"
#include "tests/unit/browser/browser_loop.hpp"

namespace greenroom::browser {
namespace {

class FakeBrowserTest : public LoopTest {
 protected:
  FakeBrowser browser_{loop_.get_executor(), {}};
};

TEST_F(FakeBrowserTest, EndsWhenTheTestSaysSo) {
  EXPECT_TRUE(browser_.is_running());
  browser_.die({0, 9}, "words");
  const auto end = run(browser_.exited());
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status.signal, 9);
  EXPECT_EQ(end->last_output, "words");
  EXPECT_FALSE(browser_.is_running());
  EXPECT_FALSE(*run(browser_.switchboard().open_line()));
}

TEST_F(FakeBrowserTest, RecordsCallsAndGivesTheAnswersOfTheTest) {
  browser_.fake_switchboard().wire.answer = [](const FakeCall& call) -> base::Result<json::object> {
    if (call.method == "Broken.thing") return base::Error{base::errc::protocol, "no"};
    return json::object{{"of", call.method}};
  };
  const auto answered = run(browser_.line().call("Page.enable", {}, "s"));
  EXPECT_EQ((**answered).at("of").as_string(), "Page.enable");
  EXPECT_FALSE(*run(browser_.line().call("Broken.thing", {})));
  EXPECT_EQ(browser_.fake_switchboard().wire.calls.at(0).session, "s");
}

TEST_F(FakeBrowserTest, ServesAClientUntilItGoesOrIsClosed) {
  auto pair = fakes::MemoryStream::make(loop_.get_executor());
  std::optional<cdp::LineEnd> end;
  base::asio::co_spawn(loop_, browser_.switchboard().serve_client(*pair.first, "t"),
                       [&](std::exception_ptr, base::Result<cdp::LineEnd> result) { end = *result; });
  settle();
  EXPECT_EQ(browser_.switchboard().clients(), 1u);
  pair.second->send("{}");
  settle();
  EXPECT_EQ(browser_.fake_switchboard().client_messages, std::vector<std::string>{"{}"});
  browser_.switchboard().close_clients({1000, "done"});
  settle();
  EXPECT_EQ(end, cdp::LineEnd::closed_here);
  EXPECT_EQ(browser_.switchboard().clients(), 0u);
}

TEST_F(FakeBrowserTest, ALauncherFailsAsToldAndThenSucceeds) {
  FakeLauncher launcher(loop_.get_executor());
  launcher.failures = {{base::errc::launch_timeout, "slow"}};
  const Fingerprint fingerprint;
  const auto failed = run(launcher.launch(fingerprint));
  EXPECT_EQ(failed->error().code, base::errc::launch_timeout);
  const auto launched = run(launcher.launch(fingerprint));
  ASSERT_TRUE(*launched);
  EXPECT_EQ((**launched).get(), launcher.launched.at(0));
}

}  // namespace
}  // namespace greenroom::browser
