// Comparing and splitting as HTTP does.
#include "net/ascii.hpp"

#include <gtest/gtest.h>

namespace greenroom::net {
namespace {

TEST(Ascii, ComparesLettersInAnyCaseAndNothingElse) {
  EXPECT_TRUE(equal_ignoring_case("Content-Length", "content-length"));
  EXPECT_FALSE(equal_ignoring_case("a", "ab"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
  EXPECT_FALSE(equal_ignoring_case("\xC4", "\xE4"));
}

TEST(Ascii, FindsATokenInAList) {
  EXPECT_TRUE(list_has_token("keep-alive, Upgrade", "upgrade"));
  EXPECT_TRUE(list_has_token("\tupgrade ,,", "upgrade"));
  EXPECT_FALSE(list_has_token("upgraded", "upgrade"));
  EXPECT_FALSE(list_has_token("", "upgrade"));
}

TEST(Ascii, TrimsBlanksAndTabs) {
  EXPECT_EQ(trim(" \t a b \t"), "a b");
  EXPECT_EQ(trim(" \t"), "");
}

}  // namespace
}  // namespace greenroom::net
