// What fetching needs behind the wire: which bodies are text.
#include <gtest/gtest.h>

#include "daemon/fetched_text.hpp"

namespace greenroom::daemon {
namespace {

TEST(FetchedText, IsUtf8WhateverItWas) {
  EXPECT_EQ(to_utf8("caf\xC3\xA9", "text/plain"), "caf\xC3\xA9");
  EXPECT_EQ(to_utf8("caf\xE9", "text/plain; charset=ISO-8859-1"), "caf\xC3\xA9");
  EXPECT_EQ(to_utf8("\x80", "text/html; charset=\"latin1\""), "\xE2\x82\xAC")
      << "Windows-1252, as browsers read it";
  EXPECT_EQ(to_utf8("<meta charset=windows-1251>\xE0", "text/html"), "<meta charset=windows-1251>\xD0\xB0");
  EXPECT_EQ(to_utf8("\xEF\xBB\xBF{}", "application/json"), "{}");
  EXPECT_EQ(to_utf8("a\xFF", "text/html; charset=utf-8"), "a\xEF\xBF\xBD");
  EXPECT_EQ(to_utf8("a\xFF", "text/plain"), std::nullopt);
  EXPECT_EQ(to_utf8("a", "text/plain; charset=no-such"), std::nullopt);
  EXPECT_EQ(to_utf8("\xED\xA0\x80", "text/plain"), std::nullopt) << "half of a pair";
  EXPECT_EQ(to_utf8("\xC0\x80", "text/plain"), std::nullopt) << "longer than need be";
}

TEST(FetchedText, OnlyWhatIsMeantToBeReadIsText) {
  for (const char* type : {"text/css", "application/json", "application/ld+json", "image/svg+xml", ""})
    EXPECT_EQ(to_utf8("a", type), "a") << type;
  for (const char* type : {"image/png", "application/pdf", "application/octet-stream"})
    EXPECT_EQ(to_utf8("a", type), std::nullopt) << type;
  EXPECT_EQ(to_utf8(std::string("a\0", 2), ""), std::nullopt);
  EXPECT_EQ(media_type_of(" Text/HTML ; charset=x"), "text/html");
  EXPECT_TRUE(is_html("application/xhtml+xml"));
}

}  // namespace
}  // namespace greenroom::daemon
