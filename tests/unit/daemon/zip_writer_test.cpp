// Archives, byte by byte where it matters; that others can read them is shown with real clients.
#include "daemon/zip_writer.hpp"

#include <gtest/gtest.h>

namespace greenroom::daemon {
namespace {

std::uint32_t number_at(std::string_view text, std::size_t at, int bytes) {
  std::uint32_t value = 0;
  for (int i = bytes - 1; i >= 0; --i)
    value = value << 8 | static_cast<unsigned char>(text[at + static_cast<std::size_t>(i)]);
  return value;
}

ZipEntry entry(std::string name, std::string_view content) {
  return {std::move(name), base::Bytes{content.size()}, add_to_crc(0, content),
          base::WallTime{base::Milliseconds(1'719'265'797'164)}};
}

TEST(ZipWriter, AnEmptyArchiveHas22Bytes) {
  ZipWriter zip;
  const std::string end = zip.finish();
  EXPECT_EQ(end, std::string("PK\x05\x06", 4) + std::string(18, '\0'));
}

TEST(ZipWriter, SizesAndSumsAreInTheLocalHeads) {
  ZipWriter zip;
  const std::string head = zip.head_of(entry("a.txt", "hello"));
  EXPECT_EQ(head.size(), 35u);
  EXPECT_EQ(number_at(head, 0, 4), 0x04034b50u);
  EXPECT_EQ(number_at(head, 14, 4), 0x3610a686u);  // of "hello"
  EXPECT_EQ(number_at(head, 18, 4), 5u);
  EXPECT_EQ(number_at(head, 22, 4), 5u);
  EXPECT_EQ(head.substr(30), "a.txt");
  // 2024-06-24 21:49:56 UTC
  EXPECT_EQ(number_at(head, 12, 2), (44u << 9 | 6u << 5 | 24u));
  EXPECT_EQ(number_at(head, 10, 2), (21u << 11 | 49u << 5 | 28u));
}

TEST(ZipWriter, TheDirectoryNamesEveryEntryAtItsPlace) {
  ZipWriter zip;
  std::string archive = zip.head_of(entry("a.txt", "hello")) + "hello";
  const std::size_t second = archive.size();
  archive += zip.head_of(entry("\xC3\xA4", "")) + "";
  const std::size_t directory = archive.size();
  archive += zip.finish();
  const std::string_view end = std::string_view(archive).substr(archive.size() - 22);
  EXPECT_EQ(number_at(end, 8, 2), 2u);
  EXPECT_EQ(number_at(end, 16, 4), directory);
  EXPECT_EQ(number_at(end, 12, 4), archive.size() - 22 - directory);
  EXPECT_EQ(number_at(archive, directory, 4), 0x02014b50u);
  EXPECT_EQ(number_at(archive, directory + 42, 4), 0u);
  EXPECT_EQ(number_at(archive, directory + 46 + 5, 4), 0x02014b50u);
  EXPECT_EQ(number_at(archive, directory + 46 + 5 + 42, 4), second);
}

TEST(ZipWriter, KnowsWhatIsTooMuch) {
  ZipEntry large = entry("a", "");
  large.size = base::Bytes{3ull << 30};
  EXPECT_TRUE(ZipWriter::fits({large}));
  EXPECT_FALSE(ZipWriter::fits({large, large}));
  EXPECT_FALSE(ZipWriter::fits(std::vector<ZipEntry>(70'000, entry("a", ""))));
}

}  // namespace
}  // namespace greenroom::daemon
