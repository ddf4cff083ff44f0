#include "browser/pool_plan.hpp"

#include <gtest/gtest.h>

namespace greenroom::browser {
namespace {

using namespace std::chrono_literals;
using base::operator""_MiB;
using Do = PoolStep::Do;

class PoolPlanTest : public ::testing::Test {
 protected:
  void make() { plan_.emplace(rules_, Fingerprint(), now_); }
  static Fingerprint german() {
    Fingerprint fingerprint;
    fingerprint.language = "de-DE";
    return fingerprint;
  }
  static Fingerprint large() {
    Fingerprint fingerprint;
    fingerprint.screen = {2560, 1440};
    return fingerprint;
  }
  /// Does what the plan wants until it waits; how many browsers were launched and retired.
  std::pair<int, int> follow() {
    std::pair<int, int> done{0, 0};
    for (int i = 0; i < 100; ++i) {
      const PoolStep step = plan_->next(now_);
      last_ = step;
      if (step.what == Do::launch) {
        ++done.first;
        plan_->started(step.fingerprint, ++number_, now_);
      } else if (step.what == Do::retire) {
        ++done.second;
        plan_->gone(step.browser);
      } else {
        return done;
      }
    }
    ADD_FAILURE() << "the plan never rests";
    return done;
  }
  void want_twice(const Fingerprint& fingerprint) {
    plan_->wanted(fingerprint, now_);
    plan_->wanted(fingerprint, now_);
  }
  void pass(std::chrono::milliseconds time) { now_ += time; }

  PoolRules rules_;
  PoolPlan::Time now_{std::chrono::hours(1)};
  std::optional<PoolPlan> plan_;
  PoolStep last_;
  std::uint64_t number_ = 0;
};

TEST_F(PoolPlanTest, FillsTheConfiguredKindAndRests) {
  rules_.size = 2;
  make();
  EXPECT_EQ(follow(), std::pair(2, 0));
  EXPECT_EQ(plan_->waiting(), 2u);
  EXPECT_EQ(last_.until, now_ + rules_.max_age) << "nothing happens before one is too old";
}

TEST_F(PoolPlanTest, OneLaunchAtATime) {
  rules_.size = 2;
  make();
  ASSERT_EQ(plan_->next(now_).what, Do::launch);
  EXPECT_TRUE(plan_->is_launching(Fingerprint()));
  EXPECT_EQ(plan_->next(now_).what, Do::wait);
  plan_->started(Fingerprint(), 1, now_);
  EXPECT_EQ(plan_->next(now_).what, Do::launch);
}

TEST_F(PoolPlanTest, WhatWaitedLongestIsTakenFirstAndOnce) {
  rules_.size = 2;
  make();
  follow();
  EXPECT_EQ(plan_->take(Fingerprint()), 1u);
  EXPECT_EQ(plan_->take(Fingerprint()), 2u);
  EXPECT_EQ(plan_->take(Fingerprint()), std::nullopt);
  EXPECT_EQ(plan_->take(german()), std::nullopt);
}

TEST_F(PoolPlanTest, ABurstOfCreatesHasTheMachineToItself) {
  make();
  follow();
  for (int i = 0; i < 5; ++i) {
    plan_->wanted(Fingerprint(), now_);
    plan_->take(Fingerprint());
    EXPECT_EQ(follow(), std::pair(0, 0));
    EXPECT_EQ(last_.until, now_ + rules_.refill_delay);
    pass(500ms);
  }
  pass(500ms);
  EXPECT_EQ(follow(), std::pair(1, 0));
}

TEST_F(PoolPlanTest, SteadyDemandIsServedAllTheSame) {
  make();
  follow();
  int launched = 0;
  for (auto time = 0ms; time < 30s; time += 500ms) {
    plan_->wanted(Fingerprint(), now_);
    plan_->take(Fingerprint());
    launched += follow().first;
    pass(500ms);
  }
  EXPECT_EQ(launched, 2) << "one in ten seconds";
}

TEST_F(PoolPlanTest, AKindIsLearnedWhenItIsWantedTwice) {
  make();
  follow();
  plan_->wanted(german(), now_);
  pass(2s);
  EXPECT_EQ(follow(), std::pair(0, 0)) << "once is chance";
  plan_->wanted(german(), now_);
  pass(2s);
  EXPECT_EQ(follow(), std::pair(1, 0));
  EXPECT_TRUE(plan_->take(german()));
}

TEST_F(PoolPlanTest, TwoWishesFarApartAreChanceToo) {
  make();
  follow();
  plan_->wanted(german(), now_);
  pass(rules_.forget + 1s);
  plan_->wanted(german(), now_);
  pass(2s);
  EXPECT_FALSE(follow().first > 0 && plan_->take(german()));
}

TEST_F(PoolPlanTest, AKindThatNobodyWantsAnyMoreIsGivenUp) {
  make();
  follow();
  want_twice(german());
  pass(2s);
  ASSERT_EQ(follow(), std::pair(1, 0));
  EXPECT_LE(last_.until, now_ - 2s + rules_.forget + 1ms) << "the plan asks to be looked at again";
  pass(rules_.forget);
  EXPECT_EQ(follow(), std::pair(0, 1));
  EXPECT_EQ(plan_->waiting(), 1u);
}

TEST_F(PoolPlanTest, TheLeastRecentlyWantedKindGoesFirst) {
  rules_.kinds = 2;
  make();
  want_twice(german());
  pass(2s);
  EXPECT_EQ(follow(), std::pair(2, 0));
  want_twice(large());
  pass(2s);
  EXPECT_EQ(follow(), std::pair(1, 1));
  EXPECT_FALSE(plan_->take(german()));
  EXPECT_TRUE(plan_->take(large()));
  EXPECT_TRUE(plan_->take(Fingerprint())) << "the configured kind stays";
}

TEST_F(PoolPlanTest, AnOldBrowserStaysUntilItsSuccessorIsThere) {
  make();
  follow();
  pass(rules_.max_age);
  const PoolStep step = plan_->next(now_);
  ASSERT_EQ(step.what, Do::launch);
  EXPECT_EQ(plan_->waiting(), 1u);
  plan_->started(step.fingerprint, 99, now_);
  EXPECT_EQ(follow(), std::pair(0, 1));
  EXPECT_EQ(plan_->take(Fingerprint()), 99u);
}

TEST_F(PoolPlanTest, AFailedLaunchIsTriedAgainLaterAndLater) {
  make();
  std::vector<std::chrono::milliseconds> waits;
  for (int i = 0; i < 8; ++i) {
    const PoolStep step = plan_->next(now_);
    ASSERT_EQ(step.what, Do::launch);
    plan_->failed(step.fingerprint, now_);
    const PoolStep then = plan_->next(now_);
    ASSERT_EQ(then.what, Do::wait);
    waits.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(then.until - now_));
    now_ = then.until;
  }
  EXPECT_EQ(waits, (std::vector<std::chrono::milliseconds>{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}));
}

TEST_F(PoolPlanTest, UnderItsCeilingOfMemoryItStaysSmaller) {
  rules_.size = 3;
  rules_.memory = 500_MiB;
  make();
  EXPECT_EQ(follow(), std::pair(2, 0)) << "presumed to take 250 MiB each";
  plan_->weighed(1, 120_MiB);
  plan_->weighed(2, 130_MiB);
  EXPECT_EQ(follow(), std::pair(1, 0)) << "they take less";
  plan_->weighed(3, 400_MiB);
  EXPECT_EQ(follow(), std::pair(1, 1)) << "one has grown, and another takes its place";
  EXPECT_TRUE(plan_->take(Fingerprint()) == 1u && plan_->take(Fingerprint()) == 2u) << "not these";
}

TEST_F(PoolPlanTest, AtTheCeilingAnOldBrowserGoesBeforeItsSuccessorComes) {
  rules_.memory = 250_MiB;
  make();
  EXPECT_EQ(follow(), std::pair(1, 0));
  pass(rules_.max_age);
  EXPECT_EQ(follow(), std::pair(1, 1));
}

TEST_F(PoolPlanTest, WithoutASizeNothingWaits) {
  rules_.size = 0;
  make();
  want_twice(german());
  pass(1h);
  EXPECT_EQ(follow(), std::pair(0, 0));
}

TEST_F(PoolPlanTest, ManyKindsAreNotRememberedForEver) {
  make();
  for (int i = 0; i < 1'000; ++i) {
    Fingerprint odd;
    odd.user_agent = std::to_string(i);
    plan_->wanted(odd, now_);
    pass(1ms);
  }
  // The oldest were forgotten: wanted once more, they are new.
  Fingerprint first;
  first.user_agent = "0";
  plan_->wanted(first, now_);
  pass(2s);
  EXPECT_EQ(follow(), std::pair(1, 0)) << "the configured kind only";
}

TEST(ScreenFor, OneOfAFewSizes) {
  const Size usual{1280, 800};
  EXPECT_EQ(screen_for({1280, 720}, usual), usual);
  EXPECT_EQ(screen_for({1281, 720}, usual), (Size{1920, 1080}));
  EXPECT_EQ(screen_for({1000, 1400}, usual), (Size{2560, 1440}));
  EXPECT_EQ(screen_for({4096, 4096}, usual), (Size{4096, 4096}));
  EXPECT_EQ(screen_for({100, 100}, {5000, 5000}), (Size{5000, 5000}));
}

}  // namespace
}  // namespace greenroom::browser
