#include "session/tab_stack.hpp"

#include <gtest/gtest.h>

namespace greenroom::session {
namespace {

TEST(TabStack, TabsAreCountedInTheOrderOfTheirOpening) {
  TabStack tabs;
  EXPECT_EQ(tabs.open("a"), 0);
  EXPECT_EQ(tabs.open("b"), 1);
  EXPECT_EQ(tabs.open("a"), 0) << "a known one keeps its number";
  tabs.close("a");
  EXPECT_EQ(tabs.open("a"), 2) << "a closed one is another tab when it comes again";
  EXPECT_EQ(tabs.target_of(1), "b");
  EXPECT_EQ(tabs.target_of(0), "");
}

TEST(TabStack, NothingIsShownBeforeAPageHasSaidSo) {
  TabStack tabs;
  EXPECT_EQ(tabs.shown(), std::nullopt);
  tabs.open("a");
  EXPECT_EQ(tabs.shown(), std::nullopt);
  tabs.say_visible("a", true);
  EXPECT_EQ(tabs.shown(), 0);
}

TEST(TabStack, InOneWindowTheVisibleTabIsShown) {
  TabStack tabs;
  tabs.open("a");
  tabs.say_visible("a", true);
  tabs.open("b");
  tabs.say_visible("b", true);
  tabs.say_visible("a", false);
  EXPECT_EQ(tabs.shown(), 1);
  tabs.say_visible("a", true);
  tabs.say_visible("b", false);
  EXPECT_EQ(tabs.shown(), 0);
}

TEST(TabStack, OfSeveralWindowsTheOneThatCameToTheFrontLastIsShown) {
  TabStack tabs;
  for (const char* target : {"a", "b", "c"}) {
    tabs.open(target);
    tabs.say_visible(target, true);
  }
  EXPECT_EQ(tabs.shown(), 2);
  tabs.raise("a");
  EXPECT_EQ(tabs.shown(), 0);
  tabs.say_visible("b", true);
  EXPECT_EQ(tabs.shown(), 0) << "who says again what is known does not come to the front";
  tabs.close("a");
  EXPECT_EQ(tabs.shown(), 2) << "what was below it";
}

TEST(TabStack, WhatIsNotKnownChangesNothing) {
  TabStack tabs;
  tabs.open("a");
  tabs.say_visible("a", true);
  tabs.raise("x");
  tabs.close("x");
  tabs.say_visible("x", true);
  EXPECT_EQ(tabs.shown(), 0);
  EXPECT_EQ(tabs.number_of("x"), std::nullopt);
}

}  // namespace
}  // namespace greenroom::session
