#include "session/lifetime.hpp"

#include <gtest/gtest.h>

namespace greenroom::session {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class LifetimeTest : public testing::Test {
 protected:
  LifetimeTest() {
    rules.max_age = seconds(3600);
    rules.connect = seconds(300);
    rules.disconnect_grace = seconds(1);
    facts.started = facts.last_activity = base::SteadyTime(seconds(1000));
  }
  std::optional<EndReason> after(milliseconds age) {
    facts.now = facts.started + age;
    return judge_lifetime(rules, facts).end;
  }
  base::SteadyTime look_again(milliseconds age) {
    facts.now = facts.started + age;
    return judge_lifetime(rules, facts).look_again;
  }
  LifetimeRules rules;
  LifetimeFacts facts;
};

TEST_F(LifetimeTest, OneThatNobodyConnectsToEndsAfterTheConnectLimit) {
  EXPECT_EQ(after(milliseconds(299'999)), std::nullopt);
  EXPECT_EQ(after(seconds(300)), EndReason::never_connected);
  EXPECT_EQ(look_again(seconds(1)), facts.started + seconds(300));
}

TEST_F(LifetimeTest, ItEndsAGraceAfterItsLastClientLeft) {
  facts.ever_connected = true;
  facts.last_left = facts.started + seconds(400);
  EXPECT_EQ(after(milliseconds(400'999)), std::nullopt);
  EXPECT_EQ(after(milliseconds(401'000)), EndReason::client_disconnected);
  EXPECT_EQ(look_again(seconds(400)), facts.started + seconds(401));
}

TEST_F(LifetimeTest, AClientThatIsThereStopsTheSmallClocks) {
  facts.clients = 1;
  facts.ever_connected = true;
  EXPECT_EQ(after(seconds(3599)), std::nullopt);
  EXPECT_EQ(look_again(seconds(0)), facts.started + seconds(3600));
}

TEST_F(LifetimeTest, KeepAliveSurvivesBothButNotItsHardLimit) {
  rules.on_disconnect = DisconnectPolicy::keep;
  EXPECT_EQ(after(seconds(3599)), std::nullopt);
  facts.ever_connected = true;
  facts.last_left = facts.started + seconds(10);
  EXPECT_EQ(after(seconds(3599)), std::nullopt);
  EXPECT_EQ(after(seconds(3600)), EndReason::max_duration);
}

TEST_F(LifetimeTest, TheHardLimitCountsWithClientsToo) {
  facts.clients = 2;
  facts.ever_connected = true;
  EXPECT_EQ(after(seconds(3600)), EndReason::max_duration);
}

TEST_F(LifetimeTest, TheHardLimitIsTheReasonWhenSeveralFallDue) {
  rules.idle = seconds(10);
  facts.ever_connected = true;
  facts.last_left = facts.started;
  EXPECT_EQ(after(seconds(4000)), EndReason::max_duration);
  facts.clients = 1;
  EXPECT_EQ(after(seconds(4000)), EndReason::max_duration);
}

TEST_F(LifetimeTest, IdleCountsFromTheLastCommandWhileAClientIsThere) {
  rules.idle = seconds(60);
  facts.clients = 1;
  facts.ever_connected = true;
  facts.last_activity = facts.started + seconds(100);
  EXPECT_EQ(after(milliseconds(159'999)), std::nullopt);
  EXPECT_EQ(after(seconds(160)), EndReason::idle);
  EXPECT_EQ(look_again(seconds(100)), facts.started + seconds(160));
  rules.idle = seconds(0);
  EXPECT_EQ(after(seconds(160)), std::nullopt) << "zero switches it off";
}

TEST_F(LifetimeTest, TheDeadlinesAreThoseOfTheClocksThatRun) {
  Deadlines deadlines = deadlines_of(rules, facts);
  EXPECT_EQ(deadlines.max_duration, facts.started + seconds(3600));
  EXPECT_EQ(deadlines.disconnect, facts.started + seconds(300)) << "for the first client";
  EXPECT_EQ(deadlines.idle, std::nullopt);
  rules.idle = seconds(60);
  facts.clients = 1;
  facts.ever_connected = true;
  deadlines = deadlines_of(rules, facts);
  EXPECT_EQ(deadlines.disconnect, std::nullopt) << "somebody is there";
  EXPECT_EQ(deadlines.idle, facts.last_activity + seconds(60));
  facts.clients = 0;
  facts.last_left = facts.started + seconds(5);
  EXPECT_EQ(deadlines_of(rules, facts).disconnect, facts.started + seconds(6));
  rules.on_disconnect = DisconnectPolicy::keep;
  EXPECT_EQ(deadlines_of(rules, facts).disconnect, std::nullopt);
}

TEST_F(LifetimeTest, AnIdleClockOfItsOwnRunsWithoutClients) {
  rules.on_disconnect = DisconnectPolicy::keep;
  rules.idle = seconds(60);
  rules.idle_without_clients = true;
  EXPECT_EQ(after(milliseconds(59'999)), std::nullopt);
  EXPECT_EQ(after(seconds(60)), EndReason::idle);
  facts.last_activity = facts.started + seconds(30);
  EXPECT_EQ(after(seconds(60)), std::nullopt);
  EXPECT_EQ(look_again(seconds(60)), facts.started + seconds(90));
  facts.last_activity = base::SteadyTime();
  EXPECT_EQ(after(seconds(59)), std::nullopt) << "what was before its start is no reason";
}

TEST_F(LifetimeTest, OneThatMayWaitIsNotEndedForNeverHavingHadAClient) {
  rules.end_if_never_connected = false;
  EXPECT_EQ(after(seconds(3599)), std::nullopt);
  facts.ever_connected = true;
  facts.last_left = facts.started + seconds(10);
  EXPECT_EQ(after(seconds(11)), EndReason::client_disconnected) << "leaving counts all the same";
}

TEST_F(LifetimeTest, AClientMayWishThatItsLeavingDoesNotCount) {
  facts.ever_connected = true;
  facts.last_left = facts.started + seconds(10);
  facts.left_with_a_wish = true;
  EXPECT_EQ(after(seconds(3599)), std::nullopt);
  facts.left_with_a_wish = false;
  EXPECT_EQ(after(seconds(11)), EndReason::client_disconnected);
}

TEST_F(LifetimeTest, WithoutAPageItEndsAGraceLaterIfThatWasAsked) {
  facts.clients = 1;
  facts.ever_connected = true;
  facts.without_page_since = facts.started + seconds(5);
  EXPECT_EQ(after(seconds(6)), std::nullopt) << "most do not ask for it";
  rules.end_without_pages = true;
  EXPECT_EQ(after(milliseconds(5'999)), std::nullopt);
  EXPECT_EQ(after(seconds(6)), EndReason::no_page_left);
  EXPECT_EQ(look_again(seconds(5)), facts.started + seconds(6));
  facts.without_page_since.reset();
  EXPECT_EQ(after(seconds(60)), std::nullopt);
}

}  // namespace
}  // namespace greenroom::session
