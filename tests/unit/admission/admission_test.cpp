#include "session/admission.hpp"

#include <gtest/gtest.h>

namespace greenroom::session {
namespace {

using namespace std::chrono_literals;
using base::operator""_MiB;
using Tickets = std::vector<Admission::Ticket>;

class AdmissionTest : public ::testing::Test {
 protected:
  AdmissionTest() { rules_.queue_wait = 60s; }
  Admission& admission() {
    if (!made_) made_.emplace(rules_);
    return *made_;
  }
  /// Joins and is served as far as the rules allow.
  Admission::Ticket enter(const std::string& key) { return admission().enter(key, facts_); }
  Tickets grant() { return admission().grant(facts_); }
  std::string allowed(const std::string& key) { return admission().refusal(key, facts_).detail; }
  bool may_wait(Admission::Ticket ticket) { return admission().find(ticket)->until > facts_.now; }

  AdmissionRules rules_;
  Admission::Facts facts_{base::SteadyTime(1h), 0, 0, std::nullopt};

 private:
  std::optional<Admission> made_;
};

TEST_F(AdmissionTest, AsManyAsThereAreSlotsInTheOrderOfArrival) {
  rules_.sessions = 2;
  const Tickets all{enter("a"), enter("a"), enter("a"), enter("a")};
  EXPECT_EQ(grant(), (Tickets{all[0], all[1]}));
  EXPECT_EQ(grant(), Tickets{});
  admission().release("a");
  EXPECT_EQ(grant(), Tickets{all[2]});
  EXPECT_EQ(admission().waiting(), 1u);
  EXPECT_EQ(admission().running(), 2u);
}

TEST_F(AdmissionTest, AKeyThatHasFewerSessionsIsServedFirst) {
  rules_.sessions = 4;
  for (int i = 0; i < 8; ++i) enter("greedy");
  EXPECT_EQ(grant().size(), 4u);
  const auto modest = enter("modest");
  admission().release("greedy");
  EXPECT_EQ(grant(), Tickets{modest}) << "although four came earlier";
}

TEST_F(AdmissionTest, EqualKeysTakeTurns) {
  rules_.sessions = 1;
  std::vector<std::string> order;
  std::map<Admission::Ticket, std::string> keys;
  for (const char* key : {"a", "a", "a", "b", "b", "c"}) keys[enter(key)] = key;
  for (int i = 0; i < 6; ++i) {
    const Tickets granted = grant();
    ASSERT_EQ(granted.size(), 1u);
    order.push_back(keys[granted[0]]);
    admission().release(order.back());
  }
  EXPECT_EQ(order, (std::vector<std::string>{"a", "b", "c", "a", "b", "a"}));
}

TEST_F(AdmissionTest, OneKeyMayNotHaveEverything) {
  rules_.sessions = 10;
  rules_.per_key = 2;
  for (int i = 0; i < 3; ++i) enter("a");
  EXPECT_EQ(grant().size(), 2u);
  EXPECT_EQ(allowed("a"), "2");
  EXPECT_EQ(allowed("b"), "10");
  enter("b");
  EXPECT_EQ(grant().size(), 1u) << "who may not start does not hold up others";
}

TEST_F(AdmissionTest, NothingStartsThatWouldLeaveTooLittleMemory) {
  rules_.sessions = 10;
  rules_.free_memory = 1024_MiB;
  facts_.free_memory = 1600_MiB;
  for (int i = 0; i < 5; ++i) enter("a");
  EXPECT_EQ(grant().size(), 2u) << "each will take 256 MiB";
  facts_.starting = 2;
  EXPECT_EQ(grant().size(), 0u) << "they have not taken theirs yet";
  EXPECT_EQ(allowed("a"), "2");
  facts_.starting = 0;
  EXPECT_EQ(grant().size(), 2u);
  facts_.free_memory = std::nullopt;
  EXPECT_EQ(grant().size(), 1u) << "what cannot be read is no limit";
}

TEST_F(AdmissionTest, WithoutAQueueNobodyWaitsButForAnEndingSession) {
  rules_.sessions = 1;
  rules_.queue_wait = 0s;
  enter("a");
  grant();
  const auto hopeless = enter("a");
  EXPECT_FALSE(may_wait(hopeless));
  admission().leave(hopeless);
  facts_.ending = 1;
  const auto hopeful = enter("a");
  EXPECT_TRUE(may_wait(hopeful));
  EXPECT_EQ(admission().find(hopeful)->until, facts_.now + rules_.slot_patience);
  EXPECT_FALSE(may_wait(enter("a"))) << "one ending session is hope for one";
}

TEST_F(AdmissionTest, WhoWaitsForAnEndingSessionThatIsNotThereAnyMoreMayGo) {
  rules_.sessions = 2;
  rules_.queue_wait = 0s;
  enter("a");
  enter("a");
  grant();
  facts_.ending = 2;
  enter("a");
  const auto last = enter("a");
  EXPECT_EQ(admission().hopeless(facts_), Tickets{});
  facts_.ending = 1;
  EXPECT_EQ(admission().hopeless(facts_), Tickets{last});
}

TEST_F(AdmissionTest, AFullQueueTakesNobody) {
  rules_.sessions = 1;
  rules_.queue = 2;
  enter("a");
  grant();
  EXPECT_TRUE(may_wait(enter("a")));
  EXPECT_TRUE(may_wait(enter("a")));
  EXPECT_FALSE(may_wait(enter("a")));
}

TEST_F(AdmissionTest, WhoLeavesIsNotServed) {
  rules_.sessions = 1;
  const auto first = enter("a");
  const auto second = enter("a");
  admission().leave(first);
  EXPECT_EQ(grant(), Tickets{second});
  EXPECT_EQ(admission().find(first), nullptr);
}

TEST_F(AdmissionTest, TheQueueShowsInWhichOrderTheyWillBeServed) {
  rules_.sessions = 1;
  enter("a");
  grant();
  const Tickets waiting{enter("a"), enter("a"), enter("b"), enter("c")};
  Tickets order;
  for (const auto& one : admission().queue()) order.push_back(one.ticket);
  EXPECT_EQ(order, (Tickets{waiting[2], waiting[3], waiting[0], waiting[1]}));
}

TEST_F(AdmissionTest, ASlotIsNotGivenBackTwice) {
  rules_.sessions = 1;
  enter("a");
  grant();
  admission().release("b");
  admission().release("a");
  admission().release("a");
  EXPECT_EQ(admission().running(), 0u);
  enter("a");
  enter("a");
  EXPECT_EQ(grant().size(), 1u);
}

TEST_F(AdmissionTest, AThousandKeysLeaveNothingBehind) {
  rules_.sessions = 5;
  for (int i = 0; i < 10'000; ++i) {
    const std::string key = std::to_string(i);
    enter(key);
    ASSERT_EQ(grant().size(), 1u);
    admission().release(key);
  }
  EXPECT_EQ(admission().running(), 0u);
  EXPECT_EQ(admission().waiting(), 0u);
}

}  // namespace
}  // namespace greenroom::session
