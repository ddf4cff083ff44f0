#include "recorder/encoder/load_guard.hpp"

#include <gtest/gtest.h>

namespace greenroom::recorder::encoder {
namespace {

using Verdict = LoadGuard::Verdict;

/// Makes pictures for `length` at the guard's own rate, each taking `share` of its interval. The last verdict
/// that was not to go on, if any.
Verdict work(LoadGuard& guard, Milliseconds& at, Milliseconds length, double share) {
  Verdict last = Verdict::go_on;
  for (const Milliseconds end = at + length; at < end;) {
    const Milliseconds interval(1000 / guard.frames_per_second());
    const Milliseconds work(static_cast<std::int64_t>(static_cast<double>(interval.count()) * share));
    guard.made_picture(at, at + work, 0);
    at += std::max(interval, work);
    if (const Verdict verdict = guard.judge(at); verdict != Verdict::go_on) last = verdict;
  }
  return last;
}

TEST(LoadGuard, APictureThatTakesHalfItsTimeIsNoLoad) {
  LoadGuard guard(10);
  Milliseconds at{0};
  EXPECT_EQ(work(guard, at, Milliseconds(60'000), 0.5), Verdict::go_on);
  EXPECT_EQ(guard.frames_per_second(), 10);
}

TEST(LoadGuard, FirstTheRateFallsThenTheSizeThenItStops) {
  LoadGuard guard(20);
  Milliseconds at{0};
  EXPECT_EQ(work(guard, at, Milliseconds(2'100), 1.0), Verdict::change);
  EXPECT_EQ(guard.frames_per_second(), 10);
  EXPECT_EQ(guard.shrink(), 1);
  EXPECT_EQ(work(guard, at, Milliseconds(2'200), 1.0), Verdict::change);
  EXPECT_EQ(guard.frames_per_second(), 5);
  EXPECT_EQ(work(guard, at, Milliseconds(2'400), 1.0), Verdict::change);
  EXPECT_EQ(guard.shrink(), 2);
  EXPECT_EQ(work(guard, at, Milliseconds(28'000), 1.0), Verdict::go_on);
  EXPECT_EQ(work(guard, at, Milliseconds(4'000), 1.0), Verdict::stop);
}

TEST(LoadGuard, ACalmMomentPutsTheEndOff) {
  LoadGuard guard(2);
  Milliseconds at{0};
  EXPECT_EQ(work(guard, at, Milliseconds(2'500), 1.0), Verdict::change);
  EXPECT_EQ(work(guard, at, Milliseconds(25'000), 1.0), Verdict::go_on);
  EXPECT_EQ(work(guard, at, Milliseconds(2'000), 0.1), Verdict::go_on);
  EXPECT_EQ(work(guard, at, Milliseconds(25'000), 1.0), Verdict::go_on);
  EXPECT_EQ(work(guard, at, Milliseconds(8'000), 1.0), Verdict::stop);
}

TEST(LoadGuard, CostlyPicturesThatHadToBeLeftOutAreALoad) {
  LoadGuard guard(10);
  for (int i = 0; i < 12; ++i) guard.made_picture(Milliseconds(200 * i), Milliseconds(200 * i + 50), 1);
  EXPECT_EQ(guard.judge(Milliseconds(2'400)), Verdict::change);
}

TEST(LoadGuard, WhoseWorkIsSmallIsNotWhyTheMachineIsBusy) {
  LoadGuard guard(10);
  for (int i = 0; i < 12; ++i) guard.made_picture(Milliseconds(200 * i), Milliseconds(200 * i + 10), 1);
  EXPECT_EQ(guard.judge(Milliseconds(2'400)), Verdict::go_on);
}

/// How long it takes until something changes.
Milliseconds until_change(LoadGuard& guard, Milliseconds& at, double share) {
  const Milliseconds from = at;
  while (work(guard, at, Milliseconds(100), share) == Verdict::go_on && at - from < Milliseconds(100'000)) {
  }
  return at - from;
}

TEST(LoadGuard, WhenItIsCalmAStepIsTakenBackAndInVainTwiceAsLate) {
  LoadGuard guard(10);
  Milliseconds at{0};
  EXPECT_LT(until_change(guard, at, 1.0), Milliseconds(3'000));
  const Milliseconds first = until_change(guard, at, 0.1);
  EXPECT_GE(first, Milliseconds(5'000));
  EXPECT_LE(first, Milliseconds(8'000));
  EXPECT_EQ(guard.frames_per_second(), 10);
  EXPECT_LT(until_change(guard, at, 1.0), Milliseconds(5'000));
  const Milliseconds second = until_change(guard, at, 0.1);
  EXPECT_GE(second, Milliseconds(10'000));
  EXPECT_LE(second, Milliseconds(13'000));
}

TEST(LoadGuard, TwoSlowPicturesAreNoLoad) {
  LoadGuard guard(10);
  for (const int at : {0, 1500}) guard.made_picture(Milliseconds(at), Milliseconds(at + 1400), 0);
  EXPECT_EQ(guard.judge(Milliseconds(2900)), Verdict::go_on);
  guard.made_picture(Milliseconds(3000), Milliseconds(4400), 0);
  EXPECT_EQ(guard.judge(Milliseconds(4400)), Verdict::change) << "three are";
}

TEST(LoadGuard, ARateThatCannotFallIsSkipped) {
  LoadGuard guard(2);
  Milliseconds at{0};
  EXPECT_EQ(work(guard, at, Milliseconds(3'000), 1.0), Verdict::change);
  EXPECT_EQ(guard.frames_per_second(), 2);
  EXPECT_EQ(guard.shrink(), 2);
}

}  // namespace
}  // namespace greenroom::recorder::encoder
