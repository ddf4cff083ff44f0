#include "browser/warm_pool.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "tests/fakes/fake_launcher.hpp"
#include "tests/unit/browser/browser_loop.hpp"

namespace greenroom::browser {
namespace {

using namespace std::chrono_literals;

class WarmPoolTest : public LoopTest {
 protected:
  WarmPoolTest() {
    options_.rules.refill_delay = 0ms;
    options_.rules.first_retry = 0ms;
    options_.rules.last_retry = 0ms;
  }
  void TearDown() override { EXPECT_TRUE(run(pool_->stop())); }

  void start() {
    pool_ = std::make_unique<WarmPool>(loop_.get_executor(), launcher_, options_, log_);
    pool_->start();
    settle();
  }
  base::Result<std::unique_ptr<Browser>> take(const Fingerprint& fingerprint = {}) {
    auto taken = run(pool_->take(fingerprint));
    return taken ? std::move(*taken) : base::Error{base::errc::internal, "take() did not end"};
  }

  FakeLauncher launcher_{loop_.get_executor()};
  WarmPoolOptions options_;
  std::unique_ptr<WarmPool> pool_;
};

TEST_F(WarmPoolTest, ABrowserWaitsAndIsTaken) {
  start();
  EXPECT_EQ(pool_->waiting(), 1u);
  FakeBrowser* const first = launcher_.launched.at(0);
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->get(), first);
  EXPECT_EQ(pool_->counters().taken_warm, 1u);
  EXPECT_EQ(pool_->waiting(), 1u) << "refilled";
  EXPECT_EQ(launcher_.launch_calls, 2);
}

TEST_F(WarmPoolTest, ATakenBrowserIsNoLongerThePools) {
  start();
  auto taken = take();
  ASSERT_TRUE(taken);
  static_cast<FakeBrowser&>(**taken).die({0, 9});
  settle();
  EXPECT_EQ(pool_->counters().died_waiting, 0u);
  EXPECT_EQ(static_cast<FakeBrowser&>(**taken).stop_calls(), 0);
  taken->reset();  // and nothing of the pool still waits on it
  settle();
}

TEST_F(WarmPoolTest, AnotherFingerprintIsLaunched) {
  start();
  Fingerprint headless;
  headless.headless = true;
  const auto taken = take(headless);
  ASSERT_TRUE(taken);
  EXPECT_TRUE((*taken)->fingerprint().headless);
  EXPECT_EQ(pool_->counters().taken_cold, 1u);
  EXPECT_EQ(pool_->waiting(), 1u);
}

TEST_F(WarmPoolTest, ABrowserWithAProfileIsLaunchedForWhoAskedAndTeachesThePoolNothing) {
  class Empty final : public InitialProfile {
    base::Result<void> write(const std::string&) const override { return {}; }
  };
  options_.rules.kinds = 3;
  start();
  Fingerprint with_profile;
  with_profile.profile = std::make_shared<const Empty>();
  for (int i = 0; i < 3; ++i) {
    const auto taken = take(with_profile);
    ASSERT_TRUE(taken);
    EXPECT_EQ((*taken)->fingerprint().profile, with_profile.profile);
  }
  EXPECT_EQ(pool_->counters().taken_cold, 3u);
  EXPECT_EQ(pool_->waiting(), 1u) << "the one that waited still does";
  EXPECT_EQ(launcher_.launch_calls, 4);
}

TEST_F(WarmPoolTest, ABrowserThatDiesWhileItWaitsIsCleanedUpAndReplaced) {
  start();
  launcher_.launched.at(0)->die({0, 11});
  settle();
  EXPECT_EQ(pool_->counters().died_waiting, 1u);
  EXPECT_EQ(launcher_.stopped, 1);
  EXPECT_EQ(pool_->waiting(), 1u);
  FakeBrowser* const second = launcher_.launched.at(1);
  EXPECT_EQ(take()->get(), second);
}

TEST_F(WarmPoolTest, ALaunchThatFailsIsTriedAgain) {
  launcher_.failures = {{base::errc::launch_failed, "1"}, {base::errc::launch_timeout, "2"}};
  start();
  EXPECT_EQ(pool_->counters().failed_launches, 2u);
  EXPECT_EQ(pool_->waiting(), 1u);
}

TEST_F(WarmPoolTest, AnEmptyPoolLaunchesAndSaysWhyItCannot) {
  options_.rules.size = 0;
  start();
  EXPECT_EQ(launcher_.launch_calls, 0);
  EXPECT_TRUE(take());
  launcher_.failures = {{base::errc::storage_full, "disk"}};
  const auto refused = take();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::errc::storage_full);
}

TEST_F(WarmPoolTest, TwoThatComeAtOnceGetTwoBrowsers) {
  start();
  launcher_.is_held = true;
  const auto first = take();
  ASSERT_TRUE(first);
  std::unique_ptr<Browser> second;
  base::asio::co_spawn(loop_, pool_->take({}),
                       [&](std::exception_ptr, base::Result<std::unique_ptr<Browser>> result) {
                         second = std::move(*result);
                       });
  settle();
  EXPECT_EQ(second, nullptr);
  launcher_.release();
  settle();
  ASSERT_NE(second, nullptr);
  EXPECT_NE(second.get(), first->get());
}

TEST_F(WarmPoolTest, WhoFindsNothingWaitingGetsWhatIsJustBeingStarted) {
  launcher_.is_held = true;
  start();
  ASSERT_EQ(launcher_.launch_calls, 1);
  std::unique_ptr<Browser> taken;
  base::asio::co_spawn(
      loop_, pool_->take({}),
      [&](std::exception_ptr, base::Result<std::unique_ptr<Browser>> result) { taken = std::move(*result); });
  settle();
  EXPECT_EQ(launcher_.launch_calls, 1) << "no second launch beside the first";
  launcher_.release();
  settle();
  ASSERT_NE(taken, nullptr);
  EXPECT_EQ(taken.get(), launcher_.launched.at(0));
}

TEST_F(WarmPoolTest, WhenThatLaunchFailsItIsTriedOnceMore) {
  launcher_.is_held = true;
  launcher_.failures = {{base::errc::launch_failed, "1"}};
  options_.rules.first_retry = 1h;
  start();
  base::Result<std::unique_ptr<Browser>> taken = base::Error{base::errc::internal, "nothing yet"};
  base::asio::co_spawn(
      loop_, pool_->take({}),
      [&](std::exception_ptr, base::Result<std::unique_ptr<Browser>> result) { taken = std::move(result); });
  settle();
  launcher_.release();
  settle();
  ASSERT_TRUE(taken) << taken.error().message();
  EXPECT_EQ(launcher_.launch_calls, 2);
  EXPECT_EQ(pool_->counters().taken_cold, 1u);
}

TEST_F(WarmPoolTest, WhoGivesUpWhileWaitingForALaunchLeavesItToThePool) {
  launcher_.is_held = true;
  start();
  bool is_over = false;
  base::asio::cancellation_signal cancel;
  base::asio::co_spawn(loop_, pool_->take({}),
                       base::asio::bind_cancellation_slot(
                           cancel.slot(), [&](std::exception_ptr, base::Result<std::unique_ptr<Browser>>) {
                             is_over = true;
                           }));
  settle();
  cancel.emit(base::asio::cancellation_type::terminal);
  settle();
  EXPECT_TRUE(is_over);
  launcher_.release();
  settle();
  EXPECT_EQ(pool_->waiting(), 1u);
  EXPECT_EQ(launcher_.launch_calls, 1);
}

TEST_F(WarmPoolTest, ABrowserThatDoesNotAnswerItsProbeIsNotHandedOut) {
  start();
  FakeBrowser* const hung = launcher_.launched.at(0);
  hung->refuse_pages();
  const auto taken = take();
  ASSERT_TRUE(taken);
  EXPECT_NE(taken->get(), hung);
  EXPECT_EQ(pool_->counters().failed_probes, 1u);
  EXPECT_EQ(launcher_.stopped, 1) << "and it is ended";
}

TEST_F(WarmPoolTest, AKindThatIsAskedForAgainIsKeptToo) {
  start();
  Fingerprint german;
  german.language = "de-DE";
  ASSERT_TRUE(take(german));
  settle();
  EXPECT_EQ(pool_->waiting(), 1u);
  ASSERT_TRUE(take(german));
  settle();
  EXPECT_EQ(pool_->waiting(), 2u);
  const auto warm = take(german);
  ASSERT_TRUE(warm);
  EXPECT_EQ((*warm)->fingerprint().language, "de-DE");
  EXPECT_EQ(pool_->counters().taken_warm, 1u);
}

TEST_F(WarmPoolTest, StoppingStopsWhatWaitsAndGivesUpWhatStarts) {
  options_.rules.size = 2;
  start();
  EXPECT_EQ(pool_->waiting(), 2u);
  EXPECT_TRUE(run(pool_->stop()));
  EXPECT_EQ(launcher_.stopped, 2);
  EXPECT_EQ(pool_->waiting(), 0u);
  const auto refused = take();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::errc::unavailable);
}

TEST_F(WarmPoolTest, StoppingGivesUpALaunchThatIsUnderWay) {
  launcher_.is_held = true;
  start();
  EXPECT_TRUE(run(pool_->stop()));
  EXPECT_EQ(launcher_.given_up, 1);
}

}  // namespace
}  // namespace greenroom::browser
