#include "store/session_store.hpp"

#include <fstream>
#include <sstream>

#include "store/timeline_store.hpp"
#include "tests/unit/store/store_test.hpp"

namespace greenroom::store {
namespace {

using base::errc;

/// Every member differs from its default and from its neighbours.
SessionRecord full_record(const std::string& id) {
  SessionRecord r;
  r.id = id;
  r.project_id = "project";
  r.created_at = at(1001);
  r.started_at = at(1002);
  r.updated_at = at(1003);
  r.expires_at = at(1004);
  r.ended_at = at(1005);
  r.state = "ended";
  r.end_reason = "requested";
  r.keep_alive = true;
  r.region = "here";
  r.user_metadata = R"({"team":"a"})";
  r.dialect = "native";
  r.viewport_width = 800;
  r.viewport_height = 600;
  r.headless = true;
  r.recorded = true;
  r.logged = true;
  r.recording_state = "complete";
  r.recording_error = "none \"quoted\" \xc3\xbc";
  r.proxy_bytes = 1LL << 40;
  r.spec = "{}";
  return r;
}

class SessionStoreTest : public StoreTest {
 protected:
  void insert(const SessionRecord& record) {
    const auto done = run(sessions_.insert(record));
    ASSERT_TRUE(done) << done.error().message();
  }
  void insert(const std::string& id, std::int64_t created, const std::string& state) {
    SessionRecord record;
    record.id = id;
    record.created_at = at(created);
    record.started_at = at(created);
    record.state = state;
    insert(record);
  }
  std::string ids(SessionFilter filter) {
    std::string text;
    for (const SessionRecord& record : *run(sessions_.list(std::move(filter)))) text += record.id + " ";
    return text;
  }
  SessionStore sessions_{*database_};
};

TEST_F(SessionStoreTest, FindsWhatWasInserted) {
  insert(full_record("one"));
  EXPECT_EQ(*run(sessions_.find("one")), full_record("one"));
  EXPECT_EQ(run(sessions_.find("two")).error().code, errc::not_found);
}

TEST_F(SessionStoreTest, UpdateReplacesTheWholeRowAndNoOther) {
  insert("one", 5, "running");
  insert("two", 6, "running");
  const SessionRecord two = *run(sessions_.find("two"));
  ASSERT_TRUE(run(sessions_.update(full_record("one"))));
  EXPECT_EQ(*run(sessions_.find("one")), full_record("one"));
  EXPECT_EQ(*run(sessions_.find("two")), two);
  EXPECT_EQ(run(sessions_.update(full_record("three"))).error().code, errc::not_found);
}

TEST_F(SessionStoreTest, ATakenIdAndAnUnknownStateAreConflicts) {
  insert("one", 5, "running");
  EXPECT_EQ(run(sessions_.insert(full_record("one"))).error().code, errc::conflict);
  SessionRecord odd = full_record("odd");
  odd.state = "sleeping";
  EXPECT_EQ(run(sessions_.insert(odd)).error().code, errc::conflict);
}

TEST_F(SessionStoreTest, ListsNewestFirstInPagesAlsoWithinOneMillisecond) {
  insert("a", 10, "running");
  insert("b", 20, "ended");
  insert("c", 20, "ended");
  insert("d", 30, "running");
  EXPECT_EQ(ids({}), "d c b a ");
  SessionFilter page;
  page.limit = 2;
  EXPECT_EQ(ids(page), "d c ");
  page.before = "c";
  EXPECT_EQ(ids(page), "b a ");
  page.before = "unknown";
  EXPECT_EQ(ids(page), "");
}

TEST_F(SessionStoreTest, AnOffsetLeavesOutTheNewestAndACountKnowsNoPages) {
  insert("a", 10, "running");
  insert("b", 20, "ended");
  insert("c", 30, "starting");
  SessionFilter page;
  page.offset = 1;
  page.limit = 1;
  EXPECT_EQ(ids(page), "b ");
  EXPECT_EQ(*run(sessions_.count(page)), 3u);
  page.before = "c";
  EXPECT_EQ(ids(page), "a ");
  SessionFilter unfinished;
  unfinished.unfinished = true;
  EXPECT_EQ(ids(unfinished), "c a ");
  EXPECT_EQ(*run(sessions_.count(unfinished)), 2u);
  unfinished.metadata_path = {"a\"b"};
  EXPECT_EQ(*run(sessions_.count(unfinished)), 0u) << "no such key can be written";
}

TEST_F(SessionStoreTest, FiltersByStateReasonAndProject) {
  insert("a", 10, "running");
  insert("b", 20, "ended");
  SessionRecord idle = full_record("c");
  idle.end_reason = "idle";
  insert(idle);
  insert(full_record("d"));
  SessionFilter running, reasons, project;
  running.state = "running";
  EXPECT_EQ(ids(running), "a ");
  reasons.state = "ended";
  reasons.end_reasons = {"idle", "max_duration"};
  EXPECT_EQ(ids(reasons), "c ");
  project.project_id = "project";
  EXPECT_EQ(ids(project), "d c ");
}

TEST_F(SessionStoreTest, FiltersByAStringInTheMetadata) {
  const std::pair<const char*, const char*> rows[] = {
      {"flat", R"({"team":"a"})"},     {"deep", R"({"x":{"team":"a"}})"},
      {"number", R"({"team":1})"},     {"none", ""},
      {"dotted", R"({"x.team":"a"})"}, {"broken", "{"},
  };
  std::int64_t created = 1;
  for (const auto& [id, metadata] : rows) {
    SessionRecord record;
    record.id = id;
    record.created_at = at(created++);
    record.user_metadata = metadata;
    insert(record);
  }
  SessionFilter filter;
  filter.metadata_path = {"team"};
  filter.metadata_value = "a";
  EXPECT_EQ(ids(filter), "flat ");
  filter.metadata_path = {"x", "team"};
  EXPECT_EQ(ids(filter), "deep ");
  filter.metadata_path = {"x.team"};
  EXPECT_EQ(ids(filter), "dotted ");
  filter.metadata_path = {"team"};
  filter.metadata_value = "1";
  EXPECT_EQ(ids(filter), "") << "strings only";
  filter.metadata_path = {"te\"am"};
  EXPECT_EQ(ids(filter), "");
}

TEST_F(SessionStoreTest, UnfinishedAreThoseThatARestartMustClose) {
  for (const char* state : {"starting", "running", "ending", "ended"}) insert(state, 1, state);
  std::string found;
  for (const SessionRecord& record : *run(sessions_.unfinished())) found += record.id + " ";
  EXPECT_EQ(found, "starting running ending ");
}

TEST_F(SessionStoreTest, CountsByState) {
  insert("a", 1, "running");
  insert("b", 2, "running");
  insert("c", 3, "ended");
  const std::map<std::string, std::int64_t> expected = {{"ended", 1}, {"running", 2}};
  EXPECT_EQ(*run(sessions_.count_by_state()), expected);
}

TEST_F(SessionStoreTest, RemovalTakesTheTimelineWithIt) {
  insert("a", 1, "ended");
  TimelineStore timeline(*database_);
  TimelineEvent event;
  event.seq = 1;
  ASSERT_TRUE(run(timeline.append("a", {event})));
  ASSERT_TRUE(run(sessions_.remove("a")));
  EXPECT_TRUE(run(timeline.read("a", 0, 10))->empty());
  EXPECT_EQ(run(sessions_.remove("a")).error().code, errc::not_found);
}

TEST_F(SessionStoreTest, RetentionSeesWhatEndedInThatOrder) {
  insert("runs", 1, "running");
  for (const int ended : {300, 100, 200}) {
    SessionRecord record = full_record("ended-" + std::to_string(ended));
    record.ended_at = at(ended);
    insert(record);
  }
  std::vector<std::string> ids;
  for (const EndedSession& session : *run(sessions_.ended())) ids.push_back(session.id);
  const std::vector<std::string> expected = {"ended-100", "ended-200", "ended-300"};
  EXPECT_EQ(ids, expected);
}

TEST(DeletedSession, IsNotInTheFilesAnyMore) {
  TempDir dir;
  auto database = std::move(*Database::open(dir.path()));
  SessionStore sessions(*database);
  TimelineStore timeline(*database);
  SessionRecord record = full_record("a");
  ASSERT_TRUE(run(sessions.insert(record)));
  TimelineEvent event;
  event.seq = 1;
  event.params = "https://a-secret-address.example/";
  ASSERT_TRUE(run(timeline.append("a", {event})));
  const auto is_there = [&] {
    for (const char* name : {"greenroom.db", "greenroom.db-wal"}) {
      std::ostringstream content;
      content << std::ifstream(dir.file(name), std::ios::binary).rdbuf();
      if (content.str().find("a-secret-address") != std::string::npos) return true;
    }
    return false;
  };
  EXPECT_TRUE(is_there());
  ASSERT_TRUE(run(sessions.remove("a")));
  EXPECT_FALSE(is_there());
}

TEST_F(SessionStoreTest, UsageRoundsEachSessionUpToMinutes) {
  struct Case {
    std::int64_t lasted_ms;
    std::int64_t minutes;
  };
  std::int64_t expected = 0;
  for (const Case& c : {Case{0, 1}, Case{1, 1}, Case{60'000, 1}, Case{60'001, 2}, Case{3'600'000, 60}}) {
    SessionRecord record = full_record("lasted-" + std::to_string(c.lasted_ms));
    record.ended_at = record.started_at + base::Milliseconds(c.lasted_ms);
    record.proxy_bytes = 7;
    insert(record);
    expected += c.minutes;
    EXPECT_EQ(run(sessions_.usage("project", at(0)))->minutes, expected) << c.lasted_ms;
  }
  SessionRecord running = full_record("running");
  running.state = "running";
  running.ended_at.reset();
  insert(running);
  const Usage usage = *run(sessions_.usage("project", running.started_at + base::Milliseconds(120'000)));
  EXPECT_EQ(usage.minutes, expected + 2);
  EXPECT_EQ(usage.proxy_bytes, 5 * 7 + (1LL << 40));
  EXPECT_EQ(run(sessions_.usage("another", at(0)))->minutes, 0);
}

}  // namespace
}  // namespace greenroom::store
