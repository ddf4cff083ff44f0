// What is known of sessions that are no more: restart, lists, memory.
#include "tests/unit/session/manager_test.hpp"

namespace greenroom::session {
namespace {

class ManagerRowsTest : public ManagerTest {
 protected:
  static std::string id(int number) {
    const std::string digits = std::to_string(1000 + number);
    return "00000000-0000-4000-8000-00000000" + digits;
  }
  /// A row as an earlier daemon left it; larger numbers are newer.
  void leave(int number, State state, bool recorded = false, std::string_view recording_state = "disabled") {
    SessionView view;
    view.id = id(number);
    view.project_id = number % 2 == 0 ? "even" : "odd";
    view.state = state;
    if (state == State::ended) view.end_reason = EndReason::requested;
    view.created_at = view.started_at = base::WallTime(seconds(1'700'000'000 + number));
    view.updated_at = view.expires_at = view.created_at;
    if (state == State::ended) view.ended_at = view.created_at;
    view.recorded = recorded;
    view.user_metadata = json::object{{"n", std::to_string(number)}, {"deep", {{"k", "v"}}}};
    store::SessionRecord record = to_record(view);
    record.recording_state = recording_state;
    ASSERT_TRUE(run(rows.insert(record)));
  }
  base::Result<void> recover() {
    return run(manager->recover([this](std::string cut) { return finish(std::move(cut)); }));
  }
  base::Task<base::Result<void>> finish(std::string cut) {
    finished.push_back(cut);
    if (fails) co_return base::Error{errc::io, "bad disk"};
    co_return base::Result<void>();
  }
  std::vector<std::string> listed(ListFilter filter) {
    std::vector<std::string> out;
    for (const SharedView& view : *run(manager->list(std::move(filter)))) out.push_back(view->id);
    return out;
  }
  std::vector<std::string> finished;
  bool fails = false;
};

TEST_F(ManagerRowsTest, RecoveringClosesWhatWasLeftOpen) {
  leave(1, State::running, true, "recording");
  leave(2, State::starting);
  leave(3, State::ended);
  start();
  ASSERT_TRUE(recover());
  EXPECT_EQ(row_state(id(1)), "ended lost_on_restart");
  EXPECT_EQ(row_state(id(2)), "ended lost_on_restart");
  EXPECT_EQ(row_state(id(3)), "ended requested");
  EXPECT_EQ(finished, std::vector<std::string>{id(1)});
  EXPECT_EQ(manager->find_now(id(1))->recording, RecordingState::ready);
  EXPECT_TRUE(manager->find_now(id(1))->ended_at);
  EXPECT_EQ(manager->live(), 0u);
  EXPECT_EQ(manager->numbers().ended.at(EndReason::lost_on_restart), 2u);
}

TEST_F(ManagerRowsTest, ARecordingThatCannotBeFinishedSaysWhy) {
  leave(1, State::running, true, "recording");
  leave(2, State::ended, true, "finalizing");
  fails = true;
  start();
  ASSERT_TRUE(recover());
  for (const int number : {1, 2}) {
    EXPECT_EQ(manager->find_now(id(number))->recording, RecordingState::failed);
    EXPECT_NE(manager->find_now(id(number))->recording_error.find("bad disk"), std::string::npos);
    EXPECT_EQ(run(rows.find(id(number)))->recording_state, "failed");
  }
}

TEST_F(ManagerRowsTest, ListsAreNewestFirstAndFiltered) {
  for (int number = 1; number <= 6; ++number) leave(number, State::ended);
  start();
  ASSERT_TRUE(recover());
  EXPECT_EQ(listed({}), (std::vector<std::string>{id(6), id(5), id(4), id(3), id(2), id(1)}));
  ListFilter filter;
  filter.project_id = "even";
  EXPECT_EQ(listed(filter), (std::vector<std::string>{id(6), id(4), id(2)}));
  filter.limit = 2;
  EXPECT_EQ(listed(filter), (std::vector<std::string>{id(6), id(4)}));
  filter = {};
  filter.metadata_path = {"n"};
  filter.metadata_value = "3";
  EXPECT_EQ(listed(filter), std::vector<std::string>{id(3)});
  filter = {};
  filter.state = State::running;
  EXPECT_TRUE(listed(filter).empty());
  filter = {};
  filter.end_reasons = {EndReason::idle, EndReason::requested};
  EXPECT_EQ(listed(filter).size(), 6u);
}

TEST_F(ManagerRowsTest, MoreThanMemoryHoldsIsReadFromTheStore) {
  for (int number = 1; number <= 6; ++number) leave(number, State::ended);
  options.kept_in_memory = 2;
  start();
  ASSERT_TRUE(recover());
  EXPECT_TRUE(manager->find_now(id(6)));
  EXPECT_TRUE(manager->find_now(id(5)));
  EXPECT_FALSE(manager->find_now(id(4)));
  ASSERT_TRUE(run(manager->find(id(1))));
  EXPECT_EQ((*run(manager->find(id(1))))->id, id(1));
  EXPECT_EQ(listed({}).size(), 6u);
  ListFilter deep;
  deep.metadata_path = {"deep", "k"};
  deep.metadata_value = "v";
  deep.project_id = "odd";
  EXPECT_EQ(listed(deep), (std::vector<std::string>{id(5), id(3), id(1)}));
}

TEST_F(ManagerRowsTest, PagesAndCountsAreTheSameFromMemoryAndFromTheStore) {
  for (int number = 1; number <= 6; ++number) leave(number, State::ended);
  for (const std::size_t kept : {std::size_t{2}, std::size_t{100}}) {
    SCOPED_TRACE(kept);
    options.kept_in_memory = kept;
    start();
    ASSERT_TRUE(recover());
    ListFilter filter;
    filter.offset = 2;
    filter.limit = 2;
    EXPECT_EQ(listed(filter), (std::vector<std::string>{id(4), id(3)}));
    EXPECT_EQ(*run(manager->count(filter)), 6u) << "of all pages";
    filter.project_id = "even";
    EXPECT_EQ(listed(filter), std::vector<std::string>{id(2)});
    EXPECT_EQ(*run(manager->count(filter)), 3u);
    filter.offset = 3;
    EXPECT_TRUE(listed(filter).empty());
    filter = {};
    filter.before = id(4);
    filter.limit = 2;
    EXPECT_EQ(listed(filter), (std::vector<std::string>{id(3), id(2)}));
    filter.before = "unknown";
    EXPECT_TRUE(listed(filter).empty());
    filter = {};
    filter.live = true;
    EXPECT_TRUE(listed(filter).empty());
    EXPECT_EQ(*run(manager->count(filter)), 0u);
  }
}

TEST_F(ManagerRowsTest, TheOldestEndedAreForgottenAndLiveOnesNever) {
  options.kept_in_memory = 2;
  options.limit = 10;
  start();
  const SharedView old = create();
  std::vector<std::string> ended;
  for (int i = 0; i < 4; ++i) {
    const SharedView view = create();
    run(manager->end(view->id, EndReason::requested));
    gone(view->id);
    ended.push_back(view->id);
  }
  EXPECT_TRUE(manager->find_now(old->id));
  EXPECT_FALSE(manager->find_now(ended[0]));
  EXPECT_FALSE(manager->find_now(ended[1]));
  EXPECT_TRUE(manager->find_now(ended[3]));
  EXPECT_TRUE(run(manager->find(ended[0]))) << "its row is still there";
  EXPECT_EQ(listed({}).size(), 5u);
}

TEST_F(ManagerRowsTest, AForgottenSessionIsUnknown) {
  start();
  const SharedView running = create();
  const SharedView view = create();
  run(manager->end(view->id, EndReason::requested));
  gone(view->id);
  manager->forget(view->id);
  manager->forget(running->id);
  EXPECT_EQ(run(manager->find(view->id)).error().code, errc::not_found);
  EXPECT_TRUE(run(manager->find(running->id))) << "a live one is not forgotten";
  EXPECT_EQ(listed({}), std::vector<std::string>{running->id});
}

TEST(ListFilter, MetadataMustBeThatStringAtThatPath) {
  SessionView view;
  view.user_metadata = json::parse(R"({"a":{"b":"x","n":1},"c":"y"})").as_object();
  auto fits = [&](std::vector<std::string> path, std::string value) {
    ListFilter filter;
    filter.metadata_path = std::move(path);
    filter.metadata_value = std::move(value);
    return matches(view, filter);
  };
  EXPECT_TRUE(fits({"a", "b"}, "x"));
  EXPECT_TRUE(fits({"c"}, "y"));
  EXPECT_FALSE(fits({"a"}, "x"));
  EXPECT_FALSE(fits({"a", "n"}, "1"));
  EXPECT_FALSE(fits({"a", "b", "c"}, "x"));
  EXPECT_FALSE(fits({"a", "z"}, ""));
  view.user_metadata.reset();
  EXPECT_FALSE(fits({"c"}, "y"));
}

}  // namespace
}  // namespace greenroom::session
