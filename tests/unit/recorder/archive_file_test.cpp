#include "recorder/archive_file.hpp"

#include <cerrno>
#include <filesystem>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "recorder/player.hpp"
#include "tests/unit/recorder/temporary_directory.hpp"

namespace greenroom::recorder {
namespace {

TEST(ArchiveFile, APlainFileIsRead) {
  const TemporaryDirectory directory;
  directory.write("seg-0.m4s", "content");
  EXPECT_EQ(read_recording_file(directory.path(), "seg-0.m4s").value(), "content");
  EXPECT_TRUE(open_media_file(directory.path(), "seg-0.m4s").has_value());
}

TEST(ArchiveFile, ALinkIsNotFollowed) {
  const TemporaryDirectory directory;
  directory.write("secret", "content");
  std::filesystem::create_symlink(directory / "secret", directory / "seg-0.m4s");
  EXPECT_FALSE(open_media_file(directory.path(), "seg-0.m4s").has_value());
}

TEST(ArchiveFile, AFifoIsNeitherOpenedNorWaitedFor) {
  const TemporaryDirectory directory;
  ASSERT_EQ(::mkfifo((directory / "seg-0.m4s").c_str(), 0600), 0);
  const auto opened = open_media_file(directory.path(), "seg-0.m4s");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, errc::invalid_argument);
}

TEST(ArchiveFile, OnlyMediaFilesAreServed) {
  const TemporaryDirectory directory;
  directory.write("index.jsonl", "x");
  EXPECT_EQ(open_media_file(directory.path(), "index.jsonl").error().code, errc::invalid_argument);
  EXPECT_EQ(open_media_file(directory.path(), "../seg-0.m4s").error().code, errc::invalid_argument);
  EXPECT_EQ(open_media_file(directory.path(), "seg-7.m4s").error().code, errc::not_found);
}

TEST(ArchiveFile, AFullDiskIsTold) {
  EXPECT_EQ(storage_error("writing", ENOSPC).code, errc::storage_full);
  EXPECT_EQ(storage_error("writing", EDQUOT).code, errc::storage_full);
  EXPECT_EQ(storage_error("writing", EIO).code, errc::io);
}

}  // namespace
}  // namespace greenroom::recorder
