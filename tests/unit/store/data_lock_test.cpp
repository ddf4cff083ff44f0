#include "store/data_lock.hpp"

#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/store/store_test.hpp"

namespace greenroom::store {
namespace {

using base::errc;

TEST(DataLock, SecondTakerIsToldWhoHoldsIt) {
  TempDir dir;
  const auto first = DataLock::take(dir.path());
  ASSERT_TRUE(first) << first.error().message();
  const auto second = DataLock::take(dir.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, errc::locked);
  EXPECT_NE(second.error().detail.find("process " + std::to_string(::getpid())), std::string::npos)
      << second.error().detail;
}

TEST(DataLock, IsFreeAgainWhenItsHolderGoes) {
  TempDir dir;
  { const auto first = DataLock::take(dir.path()); }
  EXPECT_TRUE(DataLock::take(dir.path()));
}

TEST(DataLock, AnOldLockFileOfADeadProcessIsTakenOver) {
  TempDir dir;
  std::ofstream(dir.file("lock")) << "999999999\n";
  EXPECT_TRUE(DataLock::take(dir.path()));
}

TEST(DataLock, MissingDirectoryIsAnError) {
  TempDir dir;
  const auto lock = DataLock::take(dir.file("nowhere"));
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, errc::io);
}

TEST(PrepareDataDirectory, MakesItPrivateWithItsParents) {
  TempDir dir;
  const std::string path = dir.file("a/b/data");
  ASSERT_TRUE(prepare_data_directory(path));
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0700u);
  EXPECT_TRUE(prepare_data_directory(path)) << "a second time";
}

TEST(PrepareDataDirectory, AFileInTheWayIsAnError) {
  TempDir dir;
  std::ofstream(dir.file("data")) << "x";
  const auto done = prepare_data_directory(dir.file("data"));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, errc::invalid_argument);
}

}  // namespace
}  // namespace greenroom::store
