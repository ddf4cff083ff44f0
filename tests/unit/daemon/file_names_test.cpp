// Names from outside.
#include "daemon/file_names.hpp"

#include <gtest/gtest.h>

namespace greenroom::daemon {
namespace {

TEST(FileNames, OnlyTheLastPartOfAPathCounts) {
  const std::pair<std::string, std::string> all[] = {
      {"a.txt", "a.txt"},
      {"/etc/passwd", "passwd"},
      {"../../a.txt", "a.txt"},
      {"C:\\Users\\me\\a.txt", "a.txt"},
      {"a/b\\c/d.txt", "d.txt"},
      {"dir/", "file"},
      {"", "file"},
      {".", "file"},
      {"..", "file"},
      {"...", "file"},
      {"a..", "a"},
      {"  a.txt ", "a.txt"},
      {".htaccess", ".htaccess"},
      {std::string("a\0b", 3), "a_b"},
      {"a\nb\x7f.txt", "a_b_.txt"},
      {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80.pdf", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80.pdf"},
      {"\xC3(.txt", "_(.txt"},
      {"\xC0\xAF\xED\xA0\x80\xF8.txt", "______.txt"},
      {"\xE2\x82", "__"},
  };
  for (const auto& [raw, safe] : all) EXPECT_EQ(safe_file_name(raw), safe) << raw;
}

TEST(FileNames, LongNamesKeepTheirExtensionAndNoHalfCharacter) {
  const std::string name = safe_file_name(std::string(500, 'x') + ".pdf");
  EXPECT_EQ(name.size(), 180u);
  EXPECT_TRUE(name.ends_with("x.pdf"));
  std::string euros;
  for (int i = 0; i < 100; ++i) euros += "\xE2\x82\xAC";
  const std::string cut = safe_file_name(euros + ".txt");
  EXPECT_LE(cut.size(), 180u);
  EXPECT_TRUE(cut.ends_with("\xE2\x82\xAC.txt"));
  EXPECT_EQ(safe_file_name("a." + std::string(400, 'e')).size(), 180u);
}

TEST(FileNames, TimesAndNumbersStandBeforeTheExtension) {
  const base::WallTime when{base::Milliseconds(1'719'265'797'164)};
  EXPECT_EQ(with_time("sample.pdf", when), "sample-1719265797164.pdf");
  EXPECT_EQ(with_time("README", when), "README-1719265797164");
  EXPECT_EQ(with_time(".profile", when), ".profile-1719265797164");
  EXPECT_EQ(with_number("a.tar.gz", 2), "a.tar (2).gz");
}

TEST(FileNames, TypesComeFromExtensionsInAnyCase) {
  EXPECT_EQ(mime_type_of("a.PDF"), "application/pdf");
  EXPECT_EQ(mime_type_of("a.7z"), "application/x-7z-compressed");
  EXPECT_EQ(mime_type_of("a.zip"), "application/zip");
  for (const char* name : {"a", "a.", "a.unknown", "zip", ".zip"})
    EXPECT_EQ(mime_type_of(name), "application/octet-stream") << name;
}

}  // namespace
}  // namespace greenroom::daemon
