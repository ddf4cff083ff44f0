#include "recorder/paint_rhythm.hpp"

#include <gtest/gtest.h>

namespace greenroom::recorder {
namespace {

using namespace std::chrono_literals;
using Way = PaintRhythm::Way;

class PaintRhythmTest : public ::testing::Test {
 protected:
  /// Pictures of a page that paints every `period`, each asked for `pause` behind the one before.
  void cast(int pictures, std::chrono::milliseconds period, std::chrono::milliseconds pause) {
    for (int i = 0; i < pictures && rhythm_.way() != Way::screenshots; ++i) {
      const SteadyTime asked = now_ + (rhythm_.way() == Way::at_once ? 2ms : pause);
      // The newest one is kept for who asks; when that was shown before, the next one is waited for.
      while (painted_ + period <= asked) painted_ += period;
      SteadyTime taken = painted_;
      if (taken <= now_) taken = painted_ += period;
      rhythm_.saw_picture(asked, taken, taken + on_its_way_);
      now_ = std::max(taken, asked);
    }
  }
  void screenshots(int count, std::chrono::milliseconds pause, int same_of_eight = 0) {
    for (int i = 0; i < count && rhythm_.way() == Way::screenshots; ++i)
      rhythm_.saw_screenshot(i % 8 < same_of_eight, now_ += pause);
  }
  void paint_all_the_time() {
    cast(20, 16ms, 100ms);
    ASSERT_EQ(rhythm_.way(), Way::screenshots);
  }

  std::chrono::milliseconds on_its_way_{5};
  PaintRhythm rhythm_;
  SteadyTime now_{1h};
  SteadyTime painted_{1h};
};

TEST_F(PaintRhythmTest, APageThatPaintsAllTheTimeIsFoundWithinAFewPictures) {
  cast(3, 16ms, 100ms);
  EXPECT_EQ(rhythm_.way(), Way::screenshots);
}

TEST_F(PaintRhythmTest, AFilmOfTwentyFivePicturesASecondCounts) {
  cast(3, 40ms, 100ms);
  EXPECT_EQ(rhythm_.way(), Way::screenshots);
}

TEST_F(PaintRhythmTest, APageThatPaintsAsOftenAsItIsLookedAtDoesNot) {
  // Its picture is there whenever one is due, but not at once: whatever is painted when it was not looked at,
  // is late.
  cast(2'000, 100ms, 100ms);
  EXPECT_NE(rhythm_.way(), Way::screenshots);
  cast(2'000, 145ms, 200ms);
  EXPECT_NE(rhythm_.way(), Way::screenshots);
}

TEST_F(PaintRhythmTest, OnAMachineWithTooMuchToDoMoreIsWaitedFor) {
  on_its_way_ = 150ms;
  cast(3, 120ms, 100ms);
  EXPECT_EQ(rhythm_.way(), Way::screenshots);
  screenshots(8, 100ms, 2);
  EXPECT_EQ(rhythm_.way(), Way::on_the_beat) << "it paints no more often than that";
  on_its_way_ = 2s;
  cast(20, 300ms, 100ms);
  EXPECT_EQ(rhythm_.way(), Way::on_the_beat);
}

TEST_F(PaintRhythmTest, ACloserLookInVainIsNotTakenOften) {
  int looks = 0;
  Way before = rhythm_.way();
  for (int i = 0; i < 1'000; ++i) {
    cast(1, 100ms, 100ms);
    if (rhythm_.way() == Way::at_once && before != Way::at_once) ++looks;
    before = rhythm_.way();
  }
  EXPECT_GT(looks, 1);
  EXPECT_LT(looks, 12);
}

TEST_F(PaintRhythmTest, APageThatStandsStillIsCastAgain) {
  paint_all_the_time();
  screenshots(4, 100ms, 8);
  EXPECT_EQ(rhythm_.way(), Way::on_the_beat);
  // It was worth nothing, so the next time it takes more pictures.
  cast(1, 16ms, 100ms);
  EXPECT_EQ(rhythm_.way(), Way::on_the_beat);
  cast(3, 16ms, 100ms);
  EXPECT_EQ(rhythm_.way(), Way::screenshots);
}

TEST_F(PaintRhythmTest, APageThatPaintsAfterAWhileIsLookedAtAtOnce) {
  cast(10, 190ms, 100ms);
  ASSERT_EQ(rhythm_.way(), Way::on_the_beat);
  cast(1, 2s, 100ms);
  EXPECT_EQ(rhythm_.way(), Way::at_once) << "it may be another document";
  cast(2, 16ms, 100ms);
  EXPECT_EQ(rhythm_.way(), Way::screenshots);
}

TEST_F(PaintRhythmTest, AnEmptyPageThatBecomesAnotherOneIsLookedAt) {
  rhythm_.saw_picture(std::nullopt, now_, now_);
  painted_ = now_ += 2s;
  rhythm_.saw_picture(now_ - 2s, painted_, now_);
  cast(2, 16ms, 100ms);
  EXPECT_EQ(rhythm_.way(), Way::screenshots);
}

TEST_F(PaintRhythmTest, APageThatPaintsAFewTimesInARowNowAndThenIsLeftAlone) {
  int looks = 0;
  for (int i = 0; i < 300; ++i) {  // somebody types a word every two seconds
    cast(1, 2s, 100ms);
    cast(2, 16ms, 16ms);
    if (rhythm_.way() == Way::screenshots) ++looks;
    screenshots(8, 100ms, 8);
  }
  EXPECT_GT(looks, 0);
  EXPECT_LT(looks, 12);
}

TEST_F(PaintRhythmTest, APageThatHadPaintedForLongIsFoundAsQuicklyAgain) {
  paint_all_the_time();
  screenshots(80, 100ms);
  screenshots(16, 100ms, 8);
  EXPECT_EQ(rhythm_.way(), Way::on_the_beat);
  cast(8, 16ms, 100ms);
  EXPECT_EQ(rhythm_.way(), Way::screenshots);
}

TEST_F(PaintRhythmTest, SomeScreenshotsMayBeTheSame) {
  paint_all_the_time();
  screenshots(200, 100ms, 1);
  EXPECT_EQ(rhythm_.way(), Way::screenshots);
  screenshots(8, 100ms, 2);
  EXPECT_EQ(rhythm_.way(), Way::on_the_beat);
}

TEST_F(PaintRhythmTest, TwoScreenshotsOfOnePaintingAreNotAPageThatStandsStill) {
  paint_all_the_time();
  for (int i = 0; i < 100; ++i) {
    rhythm_.saw_screenshot(false, now_ += 80ms);
    rhythm_.saw_screenshot(true, now_ += 1ms);
  }
  EXPECT_EQ(rhythm_.way(), Way::screenshots);
}

TEST_F(PaintRhythmTest, NowAndThenAPageIsLookedAtAnew) {
  paint_all_the_time();
  screenshots(299, 100ms);
  EXPECT_EQ(rhythm_.way(), Way::screenshots);
  screenshots(2, 100ms);
  EXPECT_EQ(rhythm_.way(), Way::at_once);
  cast(4, 16ms, 100ms);
  EXPECT_EQ(rhythm_.way(), Way::screenshots);
  screenshots(301, 100ms);
  cast(3, 150ms, 100ms);
  EXPECT_EQ(rhythm_.way(), Way::on_the_beat) << "it paints seldom now";
}

TEST_F(PaintRhythmTest, APageWithoutScreenshotsIsLeftAloneForLong) {
  paint_all_the_time();
  rhythm_.saw_no_screenshot();
  cast(512, 16ms, 100ms);
  EXPECT_NE(rhythm_.way(), Way::screenshots);
  paint_all_the_time();
  rhythm_.was_interrupted();
  cast(7, 16ms, 100ms);
  EXPECT_EQ(rhythm_.way(), Way::screenshots);
}

}  // namespace
}  // namespace greenroom::recorder
