// Captures over a store in memory and a core that says what the test wants.
#include "daemon/captures.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "session/record.hpp"
#include "tests/fakes/fake_core.hpp"

namespace greenroom::daemon {
namespace {

namespace json = boost::json;
using base::errc;
using base::Error;
using session::RecordingState;

const std::string first_id = "33333333-3333-4333-8333-333333333333";
const std::string second_id = "44444444-4444-4444-8444-444444444444";
const std::string project = "p";

class CapturesTest : public testing::Test {
 protected:
  template <class T>
  T run(base::Task<T> task) {
    std::optional<T> value;
    base::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr failure, T result) {
      if (failure) std::rethrow_exception(failure);
      value.emplace(std::move(result));
    });
    loop.restart();
    loop.run();
    return std::move(*value);
  }
  session::SessionView view_of(const std::string& id, session::State state, RecordingState recording) {
    session::SessionView view;
    view.id = id;
    view.project_id = project;
    view.state = state;
    view.created_at = view.updated_at = core.now();
    view.recorded = true;
    view.recording = recording;
    return view;
  }
  void add(const std::string& id) {
    const auto view = view_of(id, session::State::running, RecordingState::recording);
    ASSERT_TRUE(run(sessions.insert(session::to_record(view))));
    core.put(view);
  }
  void say_visited(const std::string& url) {
    core.events.push_back({static_cast<std::int64_t>(core.events.size()) + 1, 0, 0, "tab.navigated",
                           R"({"url":")" + url + R"("})", "T"});
  }
  void record(std::int64_t duration_ms) {
    recorder::Segment segment;
    segment.duration = base::Milliseconds(duration_ms);
    core.facts.index.segments = {segment};
  }
  std::vector<api::Capture> list(std::size_t limit = 100) {
    return run(captures.list(project, limit)).value();
  }

  base::asio::io_context loop{1};
  fakes::FakeCore core;
  std::unique_ptr<store::Database> database = std::move(*store::Database::in_memory());
  store::SessionStore sessions{*database};
  store::CaptureStore rows{*database};
  store::PreferenceStore preferences{*database};
  KeptCaptures captures{core, rows, preferences};
};

TEST_F(CapturesTest, WhatRunsIsReadEachTimeAndWhatIsSettledOnce) {
  add(first_id);
  say_visited("https://a.example/");
  record(4000);
  EXPECT_EQ(list().at(0).facts.urls.size(), 1u);
  say_visited("https://b.example/");
  EXPECT_EQ(list().at(0).facts.urls.size(), 2u);
  core.put(view_of(first_id, session::State::ended, RecordingState::finalizing));
  EXPECT_EQ(list().at(0).facts.duration.count(), 0) << "it is not whole";
  core.put(view_of(first_id, session::State::ended, RecordingState::ready));
  const auto settled = list().at(0).facts;
  EXPECT_EQ(settled.duration.count(), 4000);
  core.events.clear();
  core.facts = {};
  EXPECT_EQ(list().at(0).facts, settled) << "kept";
  EXPECT_EQ(run(captures.find(project, first_id))->facts, settled);
}

TEST_F(CapturesTest, ARecordingThatCannotBeReadIsLookedAtAgainAndHidesNoOther) {
  add(first_id);
  add(second_id);
  for (const std::string& id : {first_id, second_id})
    core.put(view_of(id, session::State::ended, RecordingState::ready));
  record(4000);
  core.fail_next("recording", Error{errc::io, "a bad disk"});
  const auto once = list();
  ASSERT_EQ(once.size(), 2u);
  EXPECT_EQ(once[0].facts.duration.count() + once[1].facts.duration.count(), 4000);
  const auto again = list();
  EXPECT_EQ(again[0].facts.duration.count() + again[1].facts.duration.count(), 8000);
}

TEST_F(CapturesTest, TheLastChangedIsFirstWhoeverChangedIt) {
  add(first_id);
  add(second_id);
  const auto own = run(captures.make(project, {{"title", "own"}}));
  core.clock().advance(std::chrono::seconds(1));
  ASSERT_TRUE(run(captures.change(project, first_id, {{"title", "named"}})));
  core.clock().advance(std::chrono::seconds(1));
  auto view = view_of(second_id, session::State::running, RecordingState::recording);
  core.put(view);
  const auto all = list();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].session->id, second_id);
  EXPECT_EQ(all[1].session->id, first_id);
  EXPECT_EQ(all[1].said.at("title"), json::value("named"));
  EXPECT_EQ(all[2].id, own->id);
  EXPECT_EQ(list(1).size(), 1u);
}

TEST_F(CapturesTest, ASessionThatIsGoneMeanwhileIsNotListed) {
  add(first_id);
  add(second_id);
  ASSERT_EQ(list().size(), 2u);
  ASSERT_TRUE(run(core.erase(first_id)));  // its row is still there
  ASSERT_EQ(list().size(), 1u);
  EXPECT_EQ(run(captures.find(project, first_id)).error().code, errc::not_found);
}

TEST_F(CapturesTest, ARecordOfNoSessionIsErasedAlone) {
  const auto own = run(captures.make(project, {{"title", "own"}}));
  EXPECT_EQ(run(captures.erase("q", own->id)).error().code, errc::not_found) << "another project's";
  ASSERT_TRUE(run(captures.erase(project, own->id)));
  EXPECT_TRUE(list().empty());
  EXPECT_TRUE(core.calls().empty());
  add(first_id);
  ASSERT_TRUE(run(captures.erase(project, first_id)));
  EXPECT_EQ(core.calls().at(0).at("call"), json::value("erase"));
}

TEST_F(CapturesTest, PreferencesAreMerged) {
  EXPECT_TRUE(run(captures.preferences(project, "x"))->empty());
  ASSERT_TRUE(run(captures.prefer(project, "x", {{"a", 1}})));
  const json::object expected = {{"a", 1}, {"b", 2}};
  EXPECT_EQ(*run(captures.prefer(project, "x", {{"b", 2}})), expected);
}

}  // namespace
}  // namespace greenroom::daemon
