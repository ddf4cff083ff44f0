#include "session/gate.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "tests/unit/browser/browser_loop.hpp"

namespace greenroom::session {
namespace {

using namespace std::chrono_literals;
using base::errc;

class StandingClock final : public base::Clock {
 public:
  base::WallTime wall() const override { return {}; }
  base::SteadyTime steady() const override { return now; }
  base::SteadyTime now{1h};
};

class GateTest : public browser::LoopTest {
 protected:
  /// One create: its outcome once it has one.
  struct Create {
    std::optional<base::Result<void>> outcome;
    base::asio::cancellation_signal cancel;
    bool passed() const { return outcome && outcome->has_value(); }
    errc error() const { return outcome && !*outcome ? outcome->error().code : errc::internal; }
  };

  Gate& gate() {
    if (!gate_)
      gate_.emplace(
          loop_.get_executor(), rules_, clock_,
          [this] {
            Admission::Facts facts;
            facts.now = clock_.now;
            facts.ending = ending_;
            return facts;
          },
          log_);
    return *gate_;
  }
  void ask(Create& create, const std::string& key = "k") {
    auto done = [&create](std::exception_ptr failure, base::Result<void> outcome) {
      if (failure) std::rethrow_exception(failure);
      create.outcome = std::move(outcome);
    };
    base::asio::co_spawn(loop_, gate().pass(key),
                         base::asio::bind_cancellation_slot(create.cancel.slot(), done));
    settle();
  }
  void release(const std::string& key = "k") {
    gate().release(key);
    settle();
  }

  AdmissionRules rules_{.sessions = 1, .queue_wait = 60s};
  StandingClock clock_;
  std::size_t ending_ = 0;
  std::optional<Gate> gate_;
};

TEST_F(GateTest, WhoFindsASlotPassesAtOnceAndTheNextWhenItIsFree) {
  Create first, second;
  ask(first);
  ask(second);
  EXPECT_TRUE(first.passed());
  EXPECT_FALSE(second.outcome);
  ASSERT_EQ(gate().queue().size(), 1u);
  EXPECT_EQ(gate().queue()[0].position, 1u);
  EXPECT_EQ(gate().queue()[0].left, 60s);
  release();
  EXPECT_TRUE(second.passed());
  EXPECT_EQ(gate().waiting(), 0u);
  EXPECT_EQ(gate().waited(), 1u);
}

TEST_F(GateTest, WithoutAQueueItIsRefusedAtOnceWithTheNumberOfSessions) {
  rules_ = {.sessions = 1, .queue_wait = 0s};
  Create first, second;
  ask(first);
  ask(second);
  ASSERT_TRUE(second.outcome);
  EXPECT_EQ(second.outcome->error(), (base::Error{errc::limit_reached, "1"}));
  EXPECT_EQ(gate().refused(), 1u);
  EXPECT_EQ(gate().waited(), 0u);
}

TEST_F(GateTest, WhoHangsUpWhileWaitingLeavesNothing) {
  Create first, second, third;
  ask(first);
  ask(second);
  ask(third);
  second.cancel.emit(base::asio::cancellation_type::terminal);
  settle();
  EXPECT_EQ(second.error(), errc::closed);
  release();
  EXPECT_TRUE(third.passed());
  release();
  Create fourth;
  ask(fourth);
  EXPECT_TRUE(fourth.passed()) << "no slot was lost";
}

TEST_F(GateTest, ASlotThatIsGrantedInTheMomentOfTheHangUpGoesToTheNext) {
  Create first, second, third;
  ask(first);
  ask(second);
  ask(third);
  gate().release("k");  // granted to the second, which has not run yet …
  second.cancel.emit(base::asio::cancellation_type::terminal);
  settle();
  EXPECT_EQ(static_cast<int>(second.passed()) + static_cast<int>(third.passed()), 1);
  if (second.passed()) release();
  EXPECT_TRUE(third.passed());
}

TEST_F(GateTest, ClosingSendsAwayWhoWaitsAndWhoComes) {
  Create first, second, third, fourth;
  ask(first);
  ask(second);
  gate().close();
  settle();
  EXPECT_EQ(second.error(), errc::unavailable);
  ask(third);
  EXPECT_EQ(third.error(), errc::unavailable);
  gate().open();
  release();
  ask(fourth);
  EXPECT_TRUE(fourth.passed());
}

TEST_F(GateTest, WhoWaitsForAnEndingSessionIsRefusedWhenAnotherHasTakenItsSlot) {
  rules_ = {.sessions = 1, .queue_wait = 0s};
  Create first, second;
  ask(first);
  ending_ = 1;
  ask(second);
  EXPECT_FALSE(second.outcome);
  ending_ = 0;
  gate().look_again();
  settle();
  EXPECT_EQ(second.error(), errc::limit_reached);
}

TEST_F(GateTest, FiftyAtOnceAreAllServedInOrder) {
  rules_.sessions = 10;
  std::vector<std::unique_ptr<Create>> all;
  for (int i = 0; i < 50; ++i) ask(*all.emplace_back(std::make_unique<Create>()));
  for (int ended = 0; ended <= 40; ++ended) {
    for (int i = 0; i < 50; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)]->passed(), i < 10 + ended) << i;
    if (ended < 40) release();
  }
  for (int i = 0; i < 10; ++i) release();
  EXPECT_EQ(gate().waiting(), 0u);
}

}  // namespace
}  // namespace greenroom::session
