// How sessions end, and what their clients hear.
#include "tests/unit/session/manager_test.hpp"

namespace greenroom::session {
namespace {

TEST_F(ManagerTest, EndAnswersWhenTheRowIsFinal) {
  start();
  const SharedView view = create();
  const auto ended = run(manager->end(view->id, EndReason::requested));
  ASSERT_TRUE(ended);
  EXPECT_EQ((*ended)->state, State::ended);
  EXPECT_EQ((*ended)->end_reason, EndReason::requested);
  EXPECT_TRUE((*ended)->ended_at);
  EXPECT_EQ(row_state(view->id), "ended requested");
}

TEST_F(ManagerTest, EndingTwiceKeepsTheFirstReason) {
  start();
  const SharedView view = create();
  run(manager->end(view->id, EndReason::requested));
  EXPECT_EQ((*run(manager->end(view->id, EndReason::drained)))->end_reason, EndReason::requested);
  gone(view->id);
  EXPECT_EQ((*run(manager->end(view->id, EndReason::drained)))->end_reason, EndReason::requested);
  EXPECT_EQ(manager->numbers().ended.at(EndReason::requested), 1u);
}

TEST_F(ManagerTest, EndingAnUnknownOneIsNotFound) {
  start();
  for (const std::string id : {"", "x", "../../etc", "00000000-0000-4000-8000-000000000000"})
    EXPECT_EQ(run(manager->end(id, EndReason::requested)).error().code, errc::not_found) << id;
}

TEST_F(ManagerTest, ItsClientsHearTheReason) {
  start();
  const SharedView view = create();
  const auto one = connect(view->id);
  const auto two = connect(view->id);
  run(manager->end(view->id, EndReason::requested));
  until([&] { return one->read_ended && two->read_ended; });
  EXPECT_EQ(one->closed, (net::CloseReason{1000, "requested"}));
  EXPECT_EQ(two->closed, (net::CloseReason{1000, "requested"}));
  gone(view->id);
}

TEST_F(ManagerTest, ABrowserThatCrashesEndsItsSession) {
  start();
  const SharedView view = create();
  const SharedView other = create();
  const auto client = connect(other->id);
  launcher.newest()->crash();
  EXPECT_EQ(gone(other->id)->end_reason, EndReason::browser_crashed);
  until([&] { return client->read_ended; });
  EXPECT_EQ(client->closed, (net::CloseReason{1011, "browser_crashed"}));
  EXPECT_EQ(row_state(other->id), "ended browser_crashed");
  EXPECT_EQ(manager->find_now(view->id)->state, State::running);
}

TEST_F(ManagerTest, ItEndsWhenItsLastClientHasLeft) {
  options.lifetime.disconnect_grace = milliseconds(1);
  start();
  const SharedView view = create();
  auto one = connect(view->id);
  auto two = connect(view->id);
  one->own->close({1000, ""});
  until([&] { return one->served; });
  EXPECT_EQ(manager->find_now(view->id)->state, State::running);
  two->own->close({1000, ""});
  EXPECT_EQ(gone(view->id)->end_reason, EndReason::client_disconnected);
}

TEST_F(ManagerTest, AClientThatComesBackWithinTheGraceKeepsIt) {
  options.lifetime.disconnect_grace = seconds(60);
  start();
  const SharedView view = create();
  auto one = connect(view->id);
  one->own->close({1000, ""});
  until([&] { return one->served && manager->numbers().clients == 0; });
  const auto again = connect(view->id);
  EXPECT_EQ(manager->numbers().clients, 1u);
  EXPECT_EQ(manager->find_now(view->id)->state, State::running);
  run(manager->end(view->id, EndReason::requested));
  until([&] { return again->read_ended; });
}

TEST_F(ManagerTest, KeepAliveSurvivesItsClients) {
  options.lifetime.disconnect_grace = milliseconds(1);
  options.lifetime.connect = milliseconds(30);
  start();
  SessionSpec spec;
  spec.on_disconnect = DisconnectPolicy::keep;
  const SharedView view = create(spec);
  EXPECT_TRUE(view->keep_alive);
  auto client = connect(view->id);
  client->own->close({1000, ""});
  until([&] { return client->served; });
  // Another session's whole grace passes meanwhile.
  const SharedView other = create();
  gone(other->id);
  EXPECT_EQ(manager->find_now(view->id)->state, State::running);
}

TEST_F(ManagerTest, ItEndsWhenNobodyConnects) {
  options.lifetime.connect = milliseconds(30);
  start();
  const SharedView view = create();
  EXPECT_EQ(gone(view->id)->end_reason, EndReason::never_connected);
}

TEST_F(ManagerTest, ItEndsAtItsHardLimit) {
  start();
  SessionSpec spec;
  spec.max_age = milliseconds(100);
  spec.on_disconnect = DisconnectPolicy::keep;
  const SharedView view = create(spec);
  const auto client = connect(view->id);
  EXPECT_EQ(gone(view->id)->end_reason, EndReason::max_duration);
  until([&] { return client->read_ended; });
  EXPECT_EQ(client->closed->code, 1001);
}

TEST_F(ManagerTest, ALateClientHearsWhyItIsTooLate) {
  start();
  const SharedView view = create();
  std::optional<Use> use = manager->use(view->id);
  run(manager->end(view->id, EndReason::requested));
  const auto late = connect(view->id);
  until([&] { return late->read_ended; });
  EXPECT_EQ(late->closed, (net::CloseReason{1000, "requested"}));
  EXPECT_TRUE(manager->use(view->id)) << "held by its user";
  use.reset();
  gone(view->id);
}

TEST_F(ManagerTest, DrainingEndsThemAllAndWaits) {
  start();
  const SharedView one = create();
  const SharedView two = create();
  EXPECT_FALSE(run(manager->wait_until_empty(milliseconds(1))));
  run(manager->end_all(EndReason::drained));
  EXPECT_EQ(manager->live(), 0u);
  EXPECT_EQ(row_state(one->id), "ended drained");
  EXPECT_EQ(row_state(two->id), "ended drained");
  EXPECT_TRUE(run(manager->wait_until_empty(milliseconds(1))));
}

}  // namespace
}  // namespace greenroom::session
