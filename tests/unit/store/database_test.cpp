#include "store/database.hpp"

#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.hpp"
#include "store/connection.hpp"
#include "store/migrations.hpp"
#include "store/session_store.hpp"
#include "tests/unit/store/store_test.hpp"

namespace greenroom::store {
namespace {

using base::errc;
using base::Result;

std::map<std::string, std::string> contents(const TempDir& dir) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path()))
    files[entry.path().filename().string()] = *base::read_file(entry.path().string());
  return files;
}

/// Makes a store and gives it another version.
void make_store_of_version(const TempDir& dir, int version) {
  { auto database = Database::open(dir.path()); }
  Connection connection(dir.file("greenroom.db"), SQLite::OPEN_READWRITE);
  connection.execute("PRAGMA user_version = " + std::to_string(version));
}

TEST(Migrations, AreNumberedFromOneWithoutGaps) {
  int expected = 1;
  for (const Migration& step : migrations()) EXPECT_EQ(step.version, expected++);
  EXPECT_EQ(newest_version(), expected - 1);
}

TEST(Database, IsMadeReadableByItsOwnerOnly) {
  TempDir dir;
  const auto database = Database::open(dir.path());
  ASSERT_TRUE(database) << database.error().message();
  for (const char* name : {"greenroom.db", "greenroom.db-wal"}) {
    struct stat status {};
    ASSERT_EQ(::stat(dir.file(name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 0777u, 0600u) << name;
  }
}

TEST(Database, WhatRootMakesBelongsToTheDirectorysOwner) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root makes files for others";
  TempDir dir;
  ASSERT_EQ(::chown(dir.path().c_str(), 60123, 60124), 0);
  const auto database = Database::open(dir.path());
  ASSERT_TRUE(database) << database.error().message();
  for (const char* name : {"greenroom.db", "greenroom.db-wal", "greenroom.db-shm"}) {
    struct stat status {};
    ASSERT_EQ(::stat(dir.file(name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_uid, 60123u) << name;
    EXPECT_EQ(status.st_gid, 60124u) << name;
  }
}

TEST(Database, OpensAgainWithWhatWasWritten) {
  TempDir dir;
  SessionRecord record;
  record.id = "one";
  {
    auto database = std::move(*Database::open(dir.path()));
    ASSERT_TRUE(run(SessionStore(*database).insert(record)));
  }
  auto database = std::move(*Database::open(dir.path()));
  EXPECT_EQ(*run(SessionStore(*database).find("one")), record);
}

TEST(Database, UsesTheWriteAheadLogAndForeignKeys) {
  TempDir dir;
  auto database = std::move(*Database::open(dir.path()));
  auto job = [](Connection& c) -> Result<std::string> {
    return c.raw().execAndGet("PRAGMA journal_mode").getString() + " " +
           std::to_string(c.pragma("foreign_keys")) + " " + std::to_string(c.pragma("synchronous")) + " " +
           std::to_string(c.pragma("busy_timeout"));
  };
  EXPECT_EQ(*run(database->run(job)), "wal 1 1 5000");
}

TEST(Database, ANewerStoreIsRefusedAndStaysByteForByte) {
  TempDir dir;
  make_store_of_version(dir, newest_version() + 1);
  const auto before = contents(dir);
  const auto database = Database::open(dir.path());
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, errc::store_newer);
  EXPECT_EQ(contents(dir), before);
}

TEST(Database, ANewerVersionThatIsOnlyInTheLogIsSeenToo) {
  TempDir made, killed;
  { auto database = Database::open(made.path()); }
  Connection writer(made.file("greenroom.db"), SQLite::OPEN_READWRITE);
  writer.execute("PRAGMA user_version = " + std::to_string(newest_version() + 1));
  // What a program that is killed now leaves behind.
  for (const char* name : {"greenroom.db", "greenroom.db-wal"})
    std::filesystem::copy_file(made.file(name), killed.file(name));
  const auto before = contents(killed);
  ASSERT_GT(before.at("greenroom.db-wal").size(), 0u);

  const auto database = Database::open(killed.path());
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, errc::store_newer);
  const auto after = contents(killed);
  for (const auto& [name, bytes] : before) EXPECT_TRUE(after.at(name) == bytes) << name;
}

TEST(Database, AnOlderStoreIsBroughtUpToDate) {
  TempDir dir;
  { Connection empty(dir.file("greenroom.db"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE); }
  auto database = std::move(*Database::open(dir.path()));
  auto job = [](Connection& c) -> Result<std::int64_t> { return c.pragma("user_version"); };
  EXPECT_EQ(*run(database->run(job)), newest_version());
}

TEST(Database, AFileThatIsNoStoreIsAClearError) {
  TempDir dir;
  std::ofstream(dir.file("greenroom.db")) << std::string(8192, 'x');
  const auto database = Database::open(dir.path());
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, errc::io);
  EXPECT_NE(database.error().detail.find("damaged"), std::string::npos) << database.error().detail;
  EXPECT_NE(database.error().detail.find(dir.file("greenroom.db")), std::string::npos);
}

TEST(Database, MissingDirectoryIsAnError) {
  TempDir dir;
  const auto database = Database::open(dir.file("nowhere"));
  ASSERT_FALSE(database);
  EXPECT_EQ(database.error().code, errc::io);
}

TEST(Database, NoRoomIsStorageFullAndNothingIsHalfWritten) {
  TempDir dir;
  auto database = std::move(*Database::open(dir.path()));
  auto fill = [](Connection& c) -> Result<std::int64_t> {
    return c.pragma("max_page_count = " + std::to_string(c.pragma("page_count")));
  };
  ASSERT_TRUE(run(database->run(fill)));
  SessionStore sessions(*database);
  SessionRecord record;
  record.id = "large";
  record.spec = std::string(100'000, 'x');
  const auto done = run(sessions.insert(record));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, errc::storage_full);
  EXPECT_EQ(run(sessions.find("large")).error().code, errc::not_found);

  auto room = [](Connection& c) -> Result<std::int64_t> { return c.pragma("max_page_count = 100000"); };
  ASSERT_TRUE(run(database->run(room)));
  EXPECT_TRUE(run(sessions.insert(record))) << "works again when there is room";
}

TEST(Database, AStoreHeldByAnotherProcessIsLocked) {
  TempDir dir;
  auto database = std::move(*Database::open(dir.path()));
  auto impatient = [](Connection& c) -> Result<std::int64_t> {
    c.raw().setBusyTimeout(0);
    return 0;
  };
  ASSERT_TRUE(run(database->run(impatient)));
  Connection other(dir.file("greenroom.db"), SQLite::OPEN_READWRITE);
  SQLite::Transaction held(other.raw(), SQLite::TransactionBehavior::IMMEDIATE);
  SessionRecord record;
  record.id = "one";
  const auto done = run(SessionStore(*database).insert(record));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, errc::locked);
}

TEST(Database, DataVersionTellsOfAnotherProcessOnly) {
  TempDir dir;
  auto database = std::move(*Database::open(dir.path()));
  const auto before = *run(database->data_version());
  SessionRecord record;
  record.id = "ours";
  ASSERT_TRUE(run(SessionStore(*database).insert(record)));
  EXPECT_EQ(*run(database->data_version()), before);
  Connection other(dir.file("greenroom.db"), SQLite::OPEN_READWRITE);
  other.execute("UPDATE projects SET name = 'other'");
  EXPECT_NE(*run(database->data_version()), before);
}

TEST(Database, AReadLeavesNoTransactionOpen) {
  TempDir dir;
  auto database = std::move(*Database::open(dir.path()));
  SessionStore sessions(*database);
  for (const char* id : {"one", "two"}) {
    SessionRecord record;
    record.id = id;
    ASSERT_TRUE(run(sessions.insert(record)));
  }
  ASSERT_TRUE(run(sessions.find("one")));  // stops before the last row
  Connection other(dir.file("greenroom.db"), SQLite::OPEN_READWRITE);
  EXPECT_EQ(other.pragma("wal_checkpoint(TRUNCATE)"), 0) << "a reader in the middle would make it 1 (busy)";
}

}  // namespace
}  // namespace greenroom::store
