// Files that are encrypted in pieces: what comes back, and what is not accepted.
#include "base/sealed_file.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/fd.hpp"

namespace greenroom::base {
namespace {

namespace fs = std::filesystem;

const std::string key(32, 'k');
const std::string secret = "the secret that must not be on the disk";

class SealedFileTest : public testing::Test {
 protected:
  SealedFileTest() {
    std::string name = (fs::temp_directory_path() / "greenroom-sealed-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    path_ = folder_ + "/file";
  }
  ~SealedFileTest() override { fs::remove_all(folder_); }

  void write(const std::vector<std::string>& pieces, std::string_view with, const std::string& about = "a") {
    const UniqueFd fd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    SealedWriter writer(fd.value(), with, about);
    for (const std::string& piece : pieces) ASSERT_TRUE(writer.write(piece));
    ASSERT_TRUE(writer.finish());
    EXPECT_EQ(writer.written(), fs::file_size(path_));
  }
  Result<std::string> read(std::string_view with, const std::string& about = "a") {
    const UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    SealedReader reader(fd.value(), with, about);
    std::string all;
    for (;;) {
      auto piece = reader.read();
      if (!piece) return piece.error();
      if (piece->empty()) return all;
      all += *piece;
    }
  }
  std::string bytes() {
    std::ifstream file(path_, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  void put(const std::string& bytes) { std::ofstream(path_, std::ios::binary) << bytes; }

  std::string folder_;
  std::string path_;
};

TEST_F(SealedFileTest, EverySizeComesBackAndNothingOfItCanBeRead) {
  for (const std::size_t size : {0ul, 1ul, 65'535ul, 65'536ul, 65'537ul, 300'000ul}) {
    std::string text;
    while (text.size() < size) text += secret;
    text.resize(size);
    write({text.substr(0, size / 3), text.substr(size / 3)}, key);
    const auto back = read(key);
    ASSERT_TRUE(back) << size << ": " << back.error().message();
    EXPECT_EQ(*back, text) << size;
    EXPECT_EQ(bytes().find(secret), std::string::npos);
  }
}

TEST_F(SealedFileTest, TheSameTextIsAnotherFileEachTime) {
  write({secret}, key);
  const std::string first = bytes();
  write({secret}, key);
  EXPECT_NE(bytes(), first);
}

TEST_F(SealedFileTest, WithoutAKeyItIsWrittenAsItIsAndReadByBoth) {
  write({"plain"}, "");
  EXPECT_EQ(bytes(), "plain");
  EXPECT_EQ(*read(""), "plain");
  EXPECT_EQ(*read(key), "plain");
}

TEST_F(SealedFileTest, AnotherKeyOrNoneIsSaid) {
  write({secret}, key);
  EXPECT_EQ(read(std::string(32, 'x')).error().code, errc::conflict);
  EXPECT_EQ(read("").error().code, errc::conflict);
}

TEST_F(SealedFileTest, AFileInThePlaceOfAnotherIsNotAccepted) {
  write({secret}, key, "profile/1");
  EXPECT_EQ(read(key, "profile/2").error().code, errc::protocol);
}

TEST_F(SealedFileTest, WhatWasChangedCutOrReorderedIsNotAccepted) {
  write({std::string(150'000, 'a')}, key);
  const std::string good = bytes();
  constexpr std::size_t head = 48, piece = 4 + 65'536 + 16;
  for (const std::size_t at :
       {head, head + 3, head + 4, head + piece - 1, head + piece + 10, good.size() - 1}) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    put(bad);
    EXPECT_FALSE(read(key)) << "changed at " << at;
  }
  for (const std::size_t size : {head, head + 2, head + piece, head + 2 * piece, good.size() - 1}) {
    put(good.substr(0, size));
    EXPECT_FALSE(read(key)) << "cut to " << size;
  }
  put(good.substr(0, head) + good.substr(head + piece, piece) + good.substr(head, piece) +
      good.substr(head + 2 * piece));
  EXPECT_FALSE(read(key)) << "two pieces in each other's place";
}

TEST_F(SealedFileTest, AKeyIsSixtyFourDigitsOrThirtyTwoBytes) {
  put(" 6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b6b\n");
  EXPECT_EQ(*read_seal_key(path_), key);
  put(key);
  EXPECT_EQ(*read_seal_key(path_), key);
  for (const std::string& wrong :
       {std::string(), std::string("6b6b"), std::string(64, 'x'), std::string(33, 'k')}) {
    put(wrong);
    const auto refused = read_seal_key(path_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::invalid_argument);
    EXPECT_TRUE(wrong.empty() || refused.error().message().find(wrong) == std::string::npos);
  }
  EXPECT_EQ(read_seal_key(path_ + "-no").error().code, errc::not_found);
}

}  // namespace
}  // namespace greenroom::base
