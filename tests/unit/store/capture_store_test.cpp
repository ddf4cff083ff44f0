#include "store/capture_store.hpp"

#include "base/fd.hpp"
#include "store/connection.hpp"
#include "store/preference_store.hpp"
#include "store/session_store.hpp"
#include "tests/unit/store/store_test.hpp"

namespace greenroom::store {
namespace {

using base::errc;

class CaptureStoreTest : public StoreTest {
 protected:
  void add_session(const std::string& id, bool recorded, const std::string& project = "p") {
    SessionRecord record;
    record.id = id;
    record.project_id = project;
    record.created_at = at(1000);
    record.recorded = recorded;
    ASSERT_TRUE(run(sessions.insert(record)));
  }
  CaptureRecord own(const std::string& id) {
    CaptureRecord record;
    record.id = id;
    record.project_id = "p";
    record.created_at = record.updated_at = at(5000);
    record.said = R"({"title":"mine"})";
    return record;
  }
  CaptureStore captures{*database_};
  SessionStore sessions{*database_};
};

TEST_F(CaptureStoreTest, EachRecordedSessionGetsOneAndKeepsIt) {
  add_session("one", true);
  add_session("two", true);
  add_session("silent", false);
  add_session("foreign", true, "q");
  ASSERT_TRUE(run(captures.adopt("p")));
  const auto first = *run(captures.list("p"));
  ASSERT_EQ(first.size(), 2u);
  EXPECT_NE(first[0].id, first[1].id);
  for (const CaptureRecord& record : first) {
    EXPECT_EQ(record.id.size(), 8u);
    EXPECT_EQ(record.id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), std::string::npos);
    EXPECT_EQ(record.created_at, at(1000));
    EXPECT_EQ(record.said, "{}");
  }
  add_session("three", true);
  ASSERT_TRUE(run(captures.adopt("p")));
  const auto later = *run(captures.list("p"));
  ASSERT_EQ(later.size(), 3u);
  for (const CaptureRecord& record : first)
    EXPECT_EQ(run(captures.find("p", record.session_id))->id, record.id) << "the id stays";
}

TEST_F(CaptureStoreTest, IsFoundByItsIdOrItsSessionsButNotByOthers) {
  add_session("one", true);
  ASSERT_TRUE(run(captures.adopt("p")));
  const std::string id = run(captures.find("p", "one"))->id;
  EXPECT_EQ(run(captures.find("p", id))->session_id, "one");
  EXPECT_EQ(run(captures.find("q", id)).error().code, errc::not_found);
  EXPECT_EQ(run(captures.find("p", "")).error().code, errc::not_found);
}

TEST_F(CaptureStoreTest, TwoOfNoSessionAreNoConflictButTwoOfOneIdAre) {
  ASSERT_TRUE(run(captures.insert(own("AAAA0001"))));
  ASSERT_TRUE(run(captures.insert(own("AAAA0002"))));
  EXPECT_EQ(run(captures.insert(own("AAAA0001"))).error().code, errc::conflict);
  CaptureRecord orphan = own("AAAA0003");
  orphan.session_id = "nobody";
  EXPECT_EQ(run(captures.insert(orphan)).error().code, errc::conflict) << "there is no such session";
  EXPECT_EQ(*run(captures.find("p", "AAAA0001")), own("AAAA0001"));
}

TEST_F(CaptureStoreTest, AChangeIsMergedAndMovesTheTimeOn) {
  ASSERT_TRUE(run(captures.insert(own("AAAA0001"))));
  const auto changed = run(captures.change("AAAA0001", R"({"notes":"n","urls":["a"]})", at(6000)));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->said, R"({"title":"mine","notes":"n","urls":["a"]})");
  EXPECT_EQ(changed->updated_at, at(6000));
  const auto again = run(captures.change("AAAA0001", R"({"urls":["b"]})", at(10)));
  EXPECT_EQ(again->said, R"({"title":"mine","notes":"n","urls":["b"]})");
  EXPECT_EQ(again->updated_at, at(6001)) << "whatever the clock says";
  EXPECT_EQ(run(captures.change("AAAA0009", "{}", at(1))).error().code, errc::not_found);
}

TEST_F(CaptureStoreTest, WhatWasFoundStaysAndIsNoChange) {
  ASSERT_TRUE(run(captures.insert(own("AAAA0001"))));
  ASSERT_TRUE(run(captures.keep_found("AAAA0001", R"({"title":"x"})")));
  const auto kept = *run(captures.find("p", "AAAA0001"));
  EXPECT_EQ(kept.found, R"({"title":"x"})");
  EXPECT_EQ(kept.updated_at, at(5000));
  EXPECT_TRUE(run(captures.keep_found("AAAA0009", "{}")));
}

TEST_F(CaptureStoreTest, GoesWithItsSession) {
  add_session("one", true);
  ASSERT_TRUE(run(captures.adopt("p")));
  ASSERT_TRUE(run(captures.insert(own("AAAA0001"))));
  ASSERT_TRUE(run(sessions.remove("one")));
  const auto left = *run(captures.list("p"));
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].id, "AAAA0001");
  ASSERT_TRUE(run(captures.remove("AAAA0001")));
  EXPECT_EQ(run(captures.remove("AAAA0001")).error().code, errc::not_found);
}

TEST(CaptureStore, WhatWasDeletedIsInNoFileAnyMore) {
  TempDir dir;
  auto database = std::move(*Database::open(dir.path()));
  CaptureStore captures(*database);
  CaptureRecord record;
  record.id = "AAAA0001";
  record.project_id = "p";
  record.said = R"({"title":"a title that must not stay"})";
  ASSERT_TRUE(run(captures.insert(record)));
  auto is_there = [&] {
    bool found = false;
    for (const char* name : {"greenroom.db", "greenroom.db-wal"})
      if (const auto bytes = base::read_file(dir.file(name)))
        found = found || bytes->find("must not stay") != std::string::npos;
    return found;
  };
  EXPECT_TRUE(is_there());
  ASSERT_TRUE(run(captures.remove("AAAA0001")));
  EXPECT_FALSE(is_there());
}

TEST(CaptureStore, AStoreOfTheVersionBeforeGetsItsTables) {
  TempDir dir;
  {
    auto database = std::move(*Database::open(dir.path()));
    SessionRecord record;
    record.id = "old";
    record.project_id = "p";
    record.recorded = true;
    ASSERT_TRUE(run(SessionStore(*database).insert(record)));
  }
  {
    Connection connection(dir.file("greenroom.db"), SQLite::OPEN_READWRITE);
    // With them everything that came later.
    for (const char* table :
         {"model_cache", "extensions", "files", "certificates", "profiles", "preferences", "captures"})
      connection.execute(std::string("DROP TABLE ") + table);
    connection.execute("PRAGMA user_version = 2");
  }
  auto database = std::move(*Database::open(dir.path()));
  CaptureStore captures(*database);
  ASSERT_TRUE(run(captures.adopt("p")));
  EXPECT_EQ(run(captures.list("p"))->size(), 1u);
}

using PreferenceStoreTest = StoreTest;

TEST_F(PreferenceStoreTest, AreMergedForEachProjectAndName) {
  PreferenceStore preferences(*database_);
  EXPECT_EQ(*run(preferences.find("p", "x")), "{}");
  EXPECT_EQ(*run(preferences.change("p", "x", R"({"a":1,"b":true})")), R"({"a":1,"b":true})");
  EXPECT_EQ(*run(preferences.change("p", "x", R"({"a":2})")), R"({"a":2,"b":true})");
  EXPECT_EQ(*run(preferences.find("p", "x")), R"({"a":2,"b":true})");
  EXPECT_EQ(*run(preferences.find("q", "x")), "{}");
  EXPECT_EQ(*run(preferences.find("p", "y")), "{}");
}

}  // namespace
}  // namespace greenroom::store
