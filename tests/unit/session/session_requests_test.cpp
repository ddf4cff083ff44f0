// What can be asked of a running session besides CDP, and what its creator can wish for its end.
#include "tests/unit/session/manager_test.hpp"

namespace greenroom::session {
namespace {

class SessionRequestsTest : public ManagerTest {
 protected:
  void leave(Client* client) {
    client->own->close({1000, ""});
    until([&] { return client->served; });
  }
};

TEST_F(SessionRequestsTest, AnExtensionMovesItsEndAndTheRow) {
  start();
  SessionSpec spec;
  spec.max_age = seconds(60);
  const SharedView view = create(std::move(spec));
  ASSERT_TRUE(run((*manager->use(view->id))->extend(seconds(30))));
  EXPECT_EQ(manager->find_now(view->id)->expires_at, view->expires_at + seconds(30));
  EXPECT_EQ(run(rows.find(view->id))->expires_at, view->expires_at + seconds(30));
}

TEST_F(SessionRequestsTest, AnExtensionIsBoundedInAll) {
  options.longest_age = seconds(100);
  start();
  SessionSpec spec;
  spec.max_age = seconds(60);
  const SharedView view = create(std::move(spec));
  const auto extend = [&](milliseconds by) { return run((*manager->use(view->id))->extend(by)); };
  EXPECT_EQ(extend(seconds(41)).error().code, errc::invalid_argument);
  EXPECT_EQ(extend(milliseconds(0)).error().code, errc::invalid_argument);
  EXPECT_EQ(extend(seconds(-5)).error().code, errc::invalid_argument);
  EXPECT_TRUE(extend(seconds(40)));
  EXPECT_EQ(extend(milliseconds(1)).error().code, errc::invalid_argument);
  EXPECT_EQ(manager->find_now(view->id)->expires_at, view->expires_at + seconds(40));
}

TEST_F(SessionRequestsTest, ItsWindowsCanBeResizedWithinItsScreen) {
  start();
  const SharedView view = create();
  const auto resize = [&](int width, int height) {
    return run((*manager->use(view->id))->resize({width, height}));
  };
  ASSERT_TRUE(resize(800, 600));
  EXPECT_EQ(launcher.newest()->viewports().back(), (browser::Size{800, 600}));
  EXPECT_EQ(manager->find_now(view->id)->viewport, (browser::Size{800, 600}));
  EXPECT_EQ(run(rows.find(view->id))->viewport_width, 800);
  EXPECT_EQ(resize(10, 600).error().code, errc::invalid_argument);
  EXPECT_EQ(resize(4000, 600).error().code, errc::unsupported);
  EXPECT_EQ(launcher.newest()->viewports().back(), (browser::Size{800, 600}));
}

TEST_F(SessionRequestsTest, AnEndedOneRefusesEverything) {
  start();
  const SharedView view = create();
  const std::optional<Use> session = manager->use(view->id);
  run(manager->end(view->id, EndReason::requested));
  EXPECT_EQ(run((*session)->extend(seconds(1))).error().code, errc::gone);
  EXPECT_EQ(run((*session)->resize({800, 600})).error().code, errc::gone);
  EXPECT_EQ(run((*session)->cookies()).error().code, errc::gone);
  EXPECT_EQ(run((*session)->set_cookies({})).error().code, errc::gone);
}

TEST_F(SessionRequestsTest, ATouchSetsTheIdleClockBackAndIsSeen) {
  start();
  SessionSpec spec;
  spec.on_disconnect = DisconnectPolicy::keep;
  spec.idle = milliseconds(400);
  const SharedView view = create(std::move(spec));
  const auto began = std::chrono::steady_clock::now();
  boost::asio::steady_timer timer(loop, milliseconds(200));
  bool is_over = false;
  timer.async_wait([&](boost::system::error_code) { is_over = true; });
  until([&] { return is_over; });
  (*manager->use(view->id))->touch();
  EXPECT_GT(manager->find_now(view->id)->updated_at, view->updated_at);
  EXPECT_EQ(gone(view->id)->end_reason, EndReason::idle);
  EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds(600));
}

TEST_F(SessionRequestsTest, AClientThatWishesItLeavesTheSessionRunning) {
  options.lifetime.disconnect_grace = milliseconds(1);
  start();
  const SharedView view = create();
  leave(connect(view->id, true));
  run(manager->wait_until_empty(milliseconds(50)));
  EXPECT_EQ(manager->find_now(view->id)->state, State::running);
  leave(connect(view->id));
  EXPECT_EQ(gone(view->id)->end_reason, EndReason::client_disconnected) << "the last one decides";
}

TEST_F(SessionRequestsTest, OneThatMayWaitForItsFirstClientIsNotEnded) {
  options.lifetime.connect = milliseconds(50);
  start();
  SessionSpec spec;
  spec.end_if_never_connected = false;
  const SharedView patient = create(std::move(spec));
  const SharedView other = create();
  EXPECT_EQ(gone(other->id)->end_reason, EndReason::never_connected);
  EXPECT_EQ(manager->find_now(patient->id)->state, State::running);
}

TEST_F(SessionRequestsTest, WhatAnApiWantsToSayAgainIsKeptInItsRow) {
  start();
  SessionSpec spec;
  json::object echo;
  echo["color"] = "blue";
  spec.echo = echo;
  const SharedView view = create(std::move(spec));
  EXPECT_EQ(view->echo, echo);
  EXPECT_EQ(to_view(*run(rows.find(view->id))).echo, echo);
}

TEST_F(SessionRequestsTest, ALanguageAndAUserAgentAreTheBrowsersOwn) {
  start();
  SessionSpec spec;
  spec.language = "de,fr";
  spec.user_agent = "A Player/1.0";
  create(std::move(spec));
  EXPECT_EQ(launcher.newest()->fingerprint().language, "de,fr");
  EXPECT_EQ(launcher.newest()->fingerprint().user_agent, "A Player/1.0");
}

}  // namespace
}  // namespace greenroom::session
