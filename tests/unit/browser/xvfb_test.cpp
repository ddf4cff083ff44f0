#include "browser/xvfb.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace greenroom::browser {
namespace {

TEST(Xvfb, ListensForNobodyButWhoHasItsCookie) {
  XvfbOptions options;
  options.authority = "/w/1/xauthority";
  options.screen = {1920, 1080};
  const auto arguments = xvfb_arguments(options);
  const auto follows = [&](const char* name, const char* value) {
    const auto found = std::find(arguments.begin(), arguments.end(), name);
    return found != arguments.end() && found + 1 != arguments.end() && *(found + 1) == value;
  };
  EXPECT_TRUE(follows("-nolisten", "tcp"));
  EXPECT_TRUE(follows("-auth", "/w/1/xauthority"));
  EXPECT_TRUE(follows("-extension", "GLX"));
  EXPECT_TRUE(follows("-screen", "0"));
  EXPECT_NE(std::find(arguments.begin(), arguments.end(), "1920x1080x24"), arguments.end());
  EXPECT_NE(std::find(arguments.begin(), arguments.end(), "-terminate"), arguments.end());
  // It would undo -terminate.
  EXPECT_EQ(std::find(arguments.begin(), arguments.end(), "-noreset"), arguments.end());
}

TEST(Xvfb, ASocketIsSomebodysAsAFileAndAsAnAbstractName) {
  const std::string table =
      "Num       RefCount Protocol Flags    Type St Inode Path\n"
      "0000000000000001: 00000003 00000000 00000000 0001 03  1521\n"
      "0000000000000002: 00000002 00000000 00010000 0001 01 77 /tmp/.X11-unix/X12\n"
      "0000000000000003: 00000002 00000000 00000000 0001 01 78 @/tmp/.X11-unix/X3\n";
  EXPECT_TRUE(is_bound(table, "/tmp/.X11-unix/X12"));
  EXPECT_TRUE(is_bound(table, "/tmp/.X11-unix/X3"));
  EXPECT_FALSE(is_bound(table, "/tmp/.X11-unix/X1"));
  EXPECT_FALSE(is_bound(table, "/.X11-unix/X12"));
  EXPECT_FALSE(is_bound(table, "/tmp/.X11-unix/X123"));
}

TEST(Xvfb, TheDisplayNumberIsKnownWithItsNewline) {
  EXPECT_EQ(display_number("1"), std::nullopt);
  EXPECT_EQ(display_number("12\n"), 12);
  EXPECT_EQ(display_number("\n"), std::nullopt);
  EXPECT_EQ(display_number("-1\n"), std::nullopt);
  EXPECT_EQ(display_number("1x\n"), std::nullopt);
}

}  // namespace
}  // namespace greenroom::browser
