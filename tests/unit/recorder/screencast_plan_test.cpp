#include "recorder/screencast_plan.hpp"

#include <gtest/gtest.h>

namespace greenroom::recorder {
namespace {

TEST(ScreencastPlan, TheVisiblePageIsShown) {
  ScreencastPlan plan;
  EXPECT_EQ(plan.shown(), "");
  plan.opened("a", "A");
  plan.say_visible("a", true);
  plan.opened("b", "B");
  EXPECT_EQ(plan.shown(), "a") << "a tab in the background";
  plan.say_visible("a", false);
  plan.say_visible("b", true);
  EXPECT_EQ(plan.shown(), "b");
}

TEST(ScreencastPlan, OfSeveralVisibleOnesTheLastToComeToTheFrontIs) {
  ScreencastPlan plan;
  for (const char* page : {"a", "b", "c"}) {
    plan.opened(page, page);
    plan.say_visible(page, true);
  }
  EXPECT_EQ(plan.shown(), "c");
  plan.raise("a");
  EXPECT_EQ(plan.shown(), "a");
  plan.closed("a");
  EXPECT_EQ(plan.shown(), "c");
  plan.say_visible("c", true);
  plan.say_visible("b", true);
  EXPECT_EQ(plan.shown(), "c") << "what is said twice is no news";
}

TEST(ScreencastPlan, WhileNothingIsVisibleTheLastOneStays) {
  ScreencastPlan plan;
  plan.opened("a", "A");
  plan.say_visible("a", true);
  plan.opened("b", "B");
  plan.say_visible("a", false);
  EXPECT_EQ(plan.shown(), "a");
  plan.closed("a");
  EXPECT_EQ(plan.shown(), "b");
  plan.closed("b");
  EXPECT_EQ(plan.shown(), "");
  plan.closed("b");
  plan.say_visible("nobody", true);
  plan.raise("nobody");
  EXPECT_EQ(plan.shown(), "");
}

}  // namespace
}  // namespace greenroom::recorder
