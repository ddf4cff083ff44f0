#include "browser/chrome_driver.hpp"

#include <gtest/gtest.h>

namespace greenroom::browser {
namespace {

TEST(ChromeDriver, TellsItsVersion) {
  EXPECT_EQ(program_version("Starting ChromeDriver 156.0.8078.79 (a21ce95-refs/8078@{#1704}) on port 9515\n"),
            "156.0.8078.79");
  EXPECT_EQ(program_version("Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)\n"),
            "156.0.8078.79");
  EXPECT_EQ(program_version("12 words\n7.1"), "7.1");
  EXPECT_EQ(program_version("v12 x3.4"), "");
  EXPECT_EQ(program_version(""), "");
}

TEST(ChromeDriver, FitsABrowserOfItsMajorVersion) {
  EXPECT_TRUE(fits("156.0.8078.79", "Chrome/156.0.8078.80"));
  EXPECT_TRUE(fits("156.0.8078.79", "156.1"));
  EXPECT_FALSE(fits("155.0.8078.79", "Chrome/156.0.8078.79"));
  EXPECT_FALSE(fits("", "Chrome/156.0"));
  EXPECT_FALSE(fits("", ""));
}

}  // namespace
}  // namespace greenroom::browser
