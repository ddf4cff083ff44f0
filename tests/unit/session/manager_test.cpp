// Admission: what create() answers, and what it leaves behind when it cannot.
#include "tests/unit/session/manager_test.hpp"

#include "base/deadline.hpp"

namespace greenroom::session {
namespace {

TEST_F(ManagerTest, ACreatedSessionRunsAndHasItsRow) {
  start();
  SessionSpec spec;
  spec.project_id = "p";
  spec.dialect = "d";
  spec.viewport = browser::Size{800, 600};
  spec.user_metadata = json::object{{"k", "v"}};
  const SharedView view = create(spec);
  EXPECT_EQ(view->state, State::running);
  EXPECT_EQ(view->project_id, "p");
  EXPECT_EQ(view->viewport, (browser::Size{800, 600}));
  EXPECT_EQ(view->expires_at - view->started_at, options.lifetime.max_age);
  EXPECT_EQ(launcher.newest()->viewports(), (std::vector<browser::Size>{{800, 600}}));
  EXPECT_EQ(row_state(view->id), "running ");
  EXPECT_EQ(manager->find_now(view->id)->state, State::running);
  EXPECT_EQ(manager->numbers().running, 1u);
}

TEST_F(ManagerTest, ALargerViewportGetsALargerScreen) {
  start();
  SessionSpec spec;
  spec.viewport = browser::Size{2560, 600};
  create(spec);
  EXPECT_EQ(launcher.newest()->fingerprint().screen, (browser::Size{2560, 1440}));
}

TEST_F(ManagerTest, LaunchFailuresKeepTheirKindAndLeaveAnEndedRow) {
  start();
  const std::tuple<errc, errc, std::string> table[] = {
      {errc::launch_failed, errc::launch_failed, "ended launch_failed"},
      {errc::launch_timeout, errc::launch_timeout, "ended launch_timeout"},
      {errc::timed_out, errc::launch_timeout, "ended launch_timeout"},
      {errc::storage_full, errc::storage_full, "ended storage_full"},
      {errc::io, errc::launch_failed, "ended launch_failed"},
  };
  for (const auto& [failure, answer, row] : table) {
    launcher.fail_next({failure, "told so"});
    const auto made = run(manager->create(SessionSpec()));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, answer);
    EXPECT_EQ(row_state(made.error().detail), row) << "the detail names the session";
    until([&] { return manager->live() == 0; });
  }
  EXPECT_EQ(manager->numbers().launches.failed, std::size(table));
  EXPECT_EQ(launcher.facts().launched, 0);
}

TEST_F(ManagerTest, TheLimitIsTold) {
  options.limit = 2;
  start();
  const SharedView first = create();
  create();
  const auto refused = run(manager->create(SessionSpec()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), (base::Error{errc::limit_reached, "2"}));
  EXPECT_EQ(manager->numbers().refused, 1u);
  run(manager->end(first->id, EndReason::requested));
  gone(first->id);
  EXPECT_TRUE(create());
}

TEST_F(ManagerTest, SpecsOutOfBoundsAreRefused) {
  start();
  auto refused = [&](const SessionSpec& spec) {
    const auto made = run(manager->create(spec));
    return !made && made.error().code == errc::invalid_argument;
  };
  for (const browser::Size size :
       {browser::Size{63, 600}, {600, 63}, {4097, 600}, {600, 4097}, {-1, -1}, {0, 0}}) {
    SessionSpec spec;
    spec.viewport = size;
    EXPECT_TRUE(refused(spec)) << size.width << "x" << size.height;
  }
  for (const milliseconds age : {milliseconds(0), milliseconds(-1), options.longest_age + milliseconds(1)}) {
    SessionSpec spec;
    spec.max_age = age;
    EXPECT_TRUE(refused(spec)) << age.count();
  }
  EXPECT_EQ(manager->live(), 0u);
}

TEST_F(ManagerTest, ADrainingManagerCreatesNone) {
  start();
  const SharedView running = create();
  manager->stop_creating();
  EXPECT_EQ(run(manager->create(SessionSpec())).error().code, errc::unavailable);
  EXPECT_EQ(manager->find_now(running->id)->state, State::running);
}

TEST_F(ManagerTest, AClientThatHangsUpDuringTheLaunchLeavesNoSession) {
  start();
  launcher.hold();
  base::asio::cancellation_signal hang_up;
  std::optional<base::Result<SharedView>> answer;
  auto ask = [&]() -> base::Task<void> {
    co_await base::keep_running_when_cancelled();
    auto made = co_await manager->create(SessionSpec());
    answer.emplace(std::move(made));
  };
  base::asio::co_spawn(loop, ask(),
                       base::asio::bind_cancellation_slot(hang_up.slot(), [](std::exception_ptr) {}));
  until([&] { return manager->live() == 1 && !run(rows.unfinished())->empty(); });
  const std::string id = run(rows.unfinished())->front().id;
  hang_up.emit(base::asio::cancellation_type::terminal);
  until([&] { return manager->live() == 0; });
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().code, errc::closed);
  EXPECT_EQ(launcher.facts().launched, 0);
  EXPECT_EQ(launcher.facts().cancelled, 1);
  EXPECT_EQ(row_state(id), "ended client_disconnected");
}

TEST_F(ManagerTest, EndingDuringTheLaunchCancelsIt) {
  start();
  launcher.hold();
  std::optional<base::Result<SharedView>> answer;
  bool done = false;
  auto ask = [&]() -> base::Task<void> {
    auto made = co_await manager->create(SessionSpec());
    answer.emplace(std::move(made));
  };
  spawn(ask(), done);
  until([&] { return manager->live() == 1 && !run(rows.unfinished())->empty(); });
  run(manager->end_all(EndReason::drained));
  until([&] { return done; });
  EXPECT_EQ(answer->error().code, errc::unavailable);
  EXPECT_EQ(launcher.facts().cancelled, 1);
  EXPECT_EQ(launcher.facts().launched, 0);
}

TEST_F(ManagerTest, ARecordingIsMadeAndFinished) {
  start();
  const SharedView view = create();
  EXPECT_EQ(view->recording, RecordingState::recording);
  until([&] { return recording != nullptr && manager->numbers().recorder.active == 1; });
  run(manager->end(view->id, EndReason::requested));
  EXPECT_EQ(gone(view->id)->recording, RecordingState::ready);
  EXPECT_EQ(run(rows.find(view->id))->recording_state, "ready");
}

TEST_F(ManagerTest, ARecordingThatFailsCostsTheSessionNothing) {
  start();
  const SharedView view = create();
  until([&] { return manager->numbers().recorder.active == 1; });
  recording->fail("no disk");
  EXPECT_EQ(manager->find_now(view->id)->state, State::running);
  run(manager->end(view->id, EndReason::requested));
  const SharedView last = gone(view->id);
  EXPECT_EQ(last->recording, RecordingState::failed);
  EXPECT_EQ(last->recording_error, "encoder_failed: no disk");
}

TEST_F(ManagerTest, ARecordingThatEndsByItselfIsSaidToHaveFailedAtOnce) {
  start();
  const SharedView view = create();
  until([&] { return manager->numbers().recorder.active == 1; });
  recording->give_up("overloaded");
  run(base::sleep_for(std::chrono::milliseconds(0)));  // who watches it looks
  EXPECT_EQ(manager->find_now(view->id)->recording, RecordingState::recording);
  recording->conclude();
  until([&] { return manager->find_now(view->id)->recording == RecordingState::failed; });
  EXPECT_EQ(manager->find_now(view->id)->recording_error, "encoder_failed: overloaded");
  EXPECT_EQ(manager->find_now(view->id)->state, State::running);
  run(manager->end(view->id, EndReason::requested));
  EXPECT_EQ(gone(view->id)->recording, RecordingState::failed);
}

TEST_F(ManagerTest, HeadlessSessionsAreRecordedFromTheBrowsersOwnPictures) {
  start();
  SessionSpec spec;
  spec.headless = true;
  spec.record_fps = 5;
  spec.record_quality = recorder::Quality::evidence;
  const SharedView view = create(spec);
  until([&] { return manager->numbers().recorder.active == 1; });
  ASSERT_TRUE(wanted);
  EXPECT_FALSE(wanted->display);
  EXPECT_NE(wanted->frames, nullptr);
  EXPECT_EQ(wanted->frames_per_second, 5);
  EXPECT_EQ(wanted->quality, recorder::Quality::evidence);
  run(manager->end(view->id, EndReason::requested));
  EXPECT_EQ(gone(view->id)->recording, RecordingState::ready);
}

TEST_F(ManagerTest, ARateThatNoRecordingHasIsRefused) {
  start();
  for (const int rate : {0, 61}) {
    SessionSpec spec;
    spec.record_fps = rate;
    EXPECT_EQ(run(manager->create(spec)).error().code, errc::invalid_argument);
  }
}

TEST_F(ManagerTest, WhatIsNotWantedIsNotRecorded) {
  start();
  SessionSpec spec;
  spec.record = false;
  const SharedView view = create(spec);
  EXPECT_FALSE(view->recorded);
  EXPECT_EQ(view->recording, RecordingState::disabled);
  run(manager->end(view->id, EndReason::requested));
  EXPECT_EQ(gone(view->id)->recording, RecordingState::disabled);
  EXPECT_EQ(recording, nullptr);
}

}  // namespace
}  // namespace greenroom::session
