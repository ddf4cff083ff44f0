// Files from and to a folder that somebody hostile owns.
#include "daemon/file_vault.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/ids.hpp"

namespace greenroom::daemon {
namespace {

namespace fs = std::filesystem;
using base::errc;

class FileVaultTest : public testing::Test {
 protected:
  FileVaultTest() {
    std::string pattern = (fs::temp_directory_path() / "greenroom-vault-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
    fs::create_directories(root_ + "/browser/downloads");
    fs::create_directories(root_ + "/browser/uploads");
  }
  ~FileVaultTest() override { fs::remove_all(root_); }

  void write(const std::string& path, std::string_view content) const {
    std::ofstream(root_ + "/" + path, std::ios::binary) << content;
  }
  std::string read(const std::string& path) const {
    std::ostringstream content;
    content << std::ifstream(root_ + "/" + path, std::ios::binary).rdbuf();
    return content.str();
  }
  /// The content that was taken, or the failure's name.
  std::string taken(const std::string& name, base::Bytes limit = base::Bytes{1000}) const {
    const std::string id = base::make_uuid();
    auto to = VaultFile::create(vault(), id);
    if (!to) return to.error().message();
    const auto summary = take_file(downloads(), name, **to, limit);
    if (!summary) return std::string(base::name(summary.error().code));
    EXPECT_EQ(summary->size.count, read("vault/s/" + id).size());
    return read("vault/s/" + id);
  }
  std::string vault() const { return root_ + "/vault/s"; }
  BrowserFolder downloads() const { return {root_ + "/browser/downloads", std::nullopt}; }
  BrowserFolder uploads() const { return {root_ + "/browser/uploads", std::nullopt}; }
  std::size_t left() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(vault()), fs::directory_iterator()));
  }

  std::string root_;
};

TEST_F(FileVaultTest, KeepsWhatWasWritten) {
  const std::string id = base::make_uuid();
  fs::create_directories(root_ + "/vault");
  auto file = VaultFile::create(vault(), id);
  ASSERT_TRUE(file);
  EXPECT_TRUE((*file)->write("hel"));
  EXPECT_TRUE((*file)->write("lo"));
  const auto summary = (*file)->keep();
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->size.count, 5u);
  EXPECT_EQ(summary->checksum, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  EXPECT_EQ(summary->crc, 0x3610a686u);
  file->reset();
  EXPECT_EQ(read("vault/s/" + id), "hello");
  EXPECT_FALSE(VaultFile::create(vault(), "../../x"));
}

TEST_F(FileVaultTest, WhatWasNotKeptLeavesNothing) {
  {
    auto file = VaultFile::create(vault(), base::make_uuid());
    ASSERT_TRUE(file);
    EXPECT_TRUE((*file)->write("half"));
    EXPECT_EQ(left(), 1u);
  }
  EXPECT_EQ(left(), 0u);
}

TEST_F(FileVaultTest, TakesPlainFilesOnly) {
  write("secret", "secret");
  write("browser/downloads/plain", "plain");
  fs::create_symlink(root_ + "/secret", root_ + "/browser/downloads/link");
  fs::create_hard_link(root_ + "/secret", root_ + "/browser/downloads/hard");
  fs::create_directory(root_ + "/browser/downloads/folder");
  ASSERT_EQ(::mkfifo((root_ + "/browser/downloads/pipe").c_str(), 0600), 0);
  EXPECT_EQ(taken("plain"), "plain");
  for (const char* name :
       {"link", "hard", "folder", "pipe", "absent", "", ".", "..", "../../secret", "/etc/passwd"})
    EXPECT_EQ(taken(name), "not_found") << name;
  EXPECT_EQ(left(), 1u);
}

TEST_F(FileVaultTest, AFileOfSomebodyElseIsNotTaken) {
  write("browser/downloads/plain", "plain");
  const BrowserFolder of_another{downloads().path, base::Identity{4242, 4242}};
  auto to = VaultFile::create(vault(), base::make_uuid());
  ASSERT_TRUE(to);
  EXPECT_EQ(take_file(of_another, "plain", **to, base::Bytes{1000}).error().code, errc::not_found);
  EXPECT_TRUE(finished_files(of_another, 10).empty());
}

TEST_F(FileVaultTest, AFolderThatBecameALinkIsNotEntered) {
  fs::create_directory(root_ + "/elsewhere");
  write("elsewhere/a", "secret");
  fs::remove(root_ + "/browser/downloads");
  fs::create_directory_symlink(root_ + "/elsewhere", root_ + "/browser/downloads");
  EXPECT_EQ(taken("a"), "not_found");
  EXPECT_TRUE(finished_files(downloads(), 10).empty());
  EXPECT_EQ(place_file(root_ + "/elsewhere/a", downloads(), "b").error().code, errc::gone);
  EXPECT_FALSE(fs::exists(root_ + "/elsewhere/b"));
}

TEST_F(FileVaultTest, TheLimitHolds) {
  write("browser/downloads/a", std::string(1000, 'x'));
  EXPECT_EQ(taken("a", base::Bytes{999}), "too_large");
  EXPECT_EQ(taken("a", base::Bytes{1000}).size(), 1000u);
  EXPECT_EQ(left(), 1u);
}

TEST_F(FileVaultTest, ListsWhatIsFinished) {
  for (const char* name :
       {"a.pdf", "b.pdf.crdownload", ".org.chromium.Chromium.AbCdEf", ".com.google.Chrome.x"})
    write(std::string("browser/downloads/") + name, "x");
  fs::create_symlink("/etc/passwd", root_ + "/browser/downloads/link");
  EXPECT_EQ(finished_files(downloads(), 10), std::vector<std::string>{"a.pdf"});
  EXPECT_TRUE(finished_files(downloads(), 0).empty());
}

TEST_F(FileVaultTest, AnUploadTakesThePlaceOfALinkWithoutFollowingIt) {
  write("secret", "secret");
  write("content", "mine");
  fs::create_symlink(root_ + "/secret", root_ + "/browser/uploads/a.txt");
  ASSERT_TRUE(place_file(root_ + "/content", uploads(), "a.txt"));
  EXPECT_EQ(read("secret"), "secret");
  EXPECT_EQ(read("browser/uploads/a.txt"), "mine");
  EXPECT_FALSE(fs::is_symlink(root_ + "/browser/uploads/a.txt"));
  // A folder in its place stays, and no part of the file.
  fs::create_directory(root_ + "/browser/uploads/b.txt");
  EXPECT_FALSE(place_file(root_ + "/content", uploads(), "b.txt"));
  EXPECT_FALSE(place_file(root_ + "/content", uploads(), "../c.txt"));
  EXPECT_EQ(std::distance(fs::directory_iterator(uploads().path), fs::directory_iterator()), 2);
  remove_placed(uploads(), "a.txt");
  EXPECT_FALSE(fs::exists(root_ + "/browser/uploads/a.txt"));
}

}  // namespace
}  // namespace greenroom::daemon
