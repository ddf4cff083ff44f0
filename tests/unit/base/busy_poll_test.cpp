#include "base/busy_poll.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace greenroom::base {
namespace {

TEST(BusyPoll, ExpectsForItsWindowOnly) {
  asio::io_context loop{1};
  BusyPoll& busy = BusyPoll::of(loop.get_executor());
  const SteadyTime now{std::chrono::hours{5}};
  EXPECT_FALSE(busy.is_expecting());
  busy.expect(now);
  busy.look_at(now + BusyPoll::window - std::chrono::nanoseconds{1});
  EXPECT_TRUE(busy.is_expecting());
  busy.look_at(now + BusyPoll::window);
  EXPECT_FALSE(busy.is_expecting());
}

TEST(BusyPoll, ALaterExpectationProlongsIt) {
  asio::io_context loop{1};
  BusyPoll& busy = BusyPoll::of(loop.get_executor());
  const SteadyTime now{std::chrono::hours{5}};
  busy.expect(now);
  busy.expect(now + BusyPoll::window / 2);
  busy.look_at(now + BusyPoll::window);
  EXPECT_TRUE(busy.is_expecting());
}

TEST(BusyPoll, IsOneOfALoop) {
  asio::io_context loop{1};
  asio::io_context other{1};
  EXPECT_EQ(&BusyPoll::of(loop.get_executor()), &BusyPoll::of(loop.get_executor()));
  EXPECT_NE(&BusyPoll::of(loop.get_executor()), &BusyPoll::of(other.get_executor()));
}

}  // namespace
}  // namespace greenroom::base
