#include "page/keys.hpp"

#include <gtest/gtest.h>

namespace greenroom::page {
namespace {

TEST(Keys, NamesAndTheirAliasesInAnyCase) {
  for (const char* name : {"Enter", "enter", "Return"}) {
    const auto keys = parse_keys(name);
    ASSERT_TRUE(keys) << name;
    EXPECT_EQ(keys->at(0), (Key{"Enter", "Enter", 13, "\r", 0}));
  }
  EXPECT_EQ(parse_keys("Esc")->at(0).key, "Escape");
  EXPECT_EQ(parse_keys("f5")->at(0), (Key{"F5", "F5", 116, "", 0}));
}

TEST(Keys, CharactersAreWhatTheyWrite) {
  EXPECT_EQ(parse_keys("a")->at(0), (Key{"a", "KeyA", 65, "a", 0}));
  EXPECT_EQ(parse_keys("A")->at(0), (Key{"A", "KeyA", 65, "A", 0}));
  EXPECT_EQ(parse_keys("!")->at(0), (Key{"!", "Digit1", 49, "!", 0}));
  EXPECT_EQ(parse_keys("ß")->at(0), (Key{"ß", "", 0, "ß", 0}));
}

TEST(Keys, CombinationsHoldWhatComesFirst) {
  const auto keys = parse_keys("Control+Shift+k");
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 3u);
  EXPECT_EQ(keys->at(0).modifier, 2);
  EXPECT_EQ(keys->at(1).modifier, 8);
  EXPECT_EQ(keys->at(2).key, "k");
  EXPECT_EQ(parse_keys("Cmd+a")->at(0).key, "Control");
}

TEST(Keys, PlusIsAKeyToo) {
  EXPECT_EQ(parse_keys("+")->at(0).key, "+");
  EXPECT_EQ(parse_keys("Control++")->at(1).key, "+");
}

TEST(Keys, WhatNoKeyIsCalledIsRefused) {
  for (const char* text : {"", "Nokey", "Control+", "F25", "a+b+c+d+e+f+g+h+i+j"})
    EXPECT_FALSE(parse_keys(text)) << text;
}

}  // namespace
}  // namespace greenroom::page
