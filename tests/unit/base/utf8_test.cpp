#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace greenroom::base {
namespace {

using namespace std::string_literals;

TEST(AsUtf8, LeavesWhatIsUtf8AsItIs) {
  for (const std::string& text : {""s, "plain"s, "\0"s, "na\xc3\xafve"s, "\xe2\x82\xac"s, "\xef\xbf\xbd"s,
                                  "\xf0\x9f\x98\x80"s, "\xed\x9f\xbf"s, "\xee\x80\x80"s, "\xf4\x8f\xbf\xbf"s})
    EXPECT_EQ(as_utf8(text), text);
}

TEST(AsUtf8, MarksEachByteThatBelongsToNoCharacter) {
  const std::string mark = "\xef\xbf\xbd";
  EXPECT_EQ(as_utf8("a\xff"
                    "b"),
            "a" + mark + "b");
  EXPECT_EQ(as_utf8("\x80"), mark) << "no first byte";
  EXPECT_EQ(as_utf8("\xe2\x82"), mark + mark) << "cut off";
  EXPECT_EQ(as_utf8("\xe2\x82"
                    "a"),
            mark + mark + "a");
  EXPECT_EQ(as_utf8("\xc0\xaf"), mark + mark) << "longer than it need be";
  EXPECT_EQ(as_utf8("\xed\xa0\x80"), mark + mark + mark) << "half of a pair";
  EXPECT_EQ(as_utf8("\xf4\x90\x80\x80"), mark + mark + mark + mark) << "above U+10FFFF";
  EXPECT_EQ(as_utf8("\xff\xc3\xa4"), mark + "\xc3\xa4");
}

}  // namespace
}  // namespace greenroom::base
