// task_group, deadline, event, apart: waiting, stopping and being cancelled.
#include <stdexcept>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include "base/apart.hpp"
#include "base/deadline.hpp"
#include "base/event.hpp"
#include "base/task_group.hpp"

namespace greenroom::base {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class CoroutinesTest : public testing::Test {
 protected:
  void run(Task<void> task) {
    asio::co_spawn(loop, std::move(task), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    loop.restart();
    loop.run();
  }
  void settle() {
    loop.restart();
    loop.poll();
  }
  asio::io_context loop{1};
  TaskGroup group{loop.get_executor()};
};

Task<void> wait_and_count(Event& event, int& count) {
  co_await event.wait();
  ++count;
}

Task<void> sleep_and_count(int& count) {
  co_await keep_running_when_cancelled();
  co_await sleep_for(hours(1));
  ++count;
}

TEST_F(CoroutinesTest, AnEventWakesWhoWaitsAndLetsThroughWhoComesLater) {
  Event event(loop.get_executor());
  int count = 0;
  group.spawn(wait_and_count(event, count));
  group.spawn(wait_and_count(event, count));
  settle();
  EXPECT_EQ(count, 0);
  event.set();
  settle();
  EXPECT_EQ(count, 2);
  group.spawn(wait_and_count(event, count));
  settle();
  EXPECT_EQ(count, 3);
  EXPECT_EQ(group.size(), 0u);
}

Task<void> wait_twice(Event& first, Event& second, int& count) {
  co_await keep_running_when_cancelled();
  co_await first.wait();
  ++count;
  co_await second.wait();
  ++count;
}

TEST_F(CoroutinesTest, ADeadlineEndsWhoWaitsForOneEventBehindTheOther) {
  Event first(loop.get_executor());
  Event second(loop.get_executor());
  int count = 0;
  bool in_time = true;
  auto wait = [&]() -> Task<void> {
    in_time = co_await finishes_within(wait_twice(first, second, count), milliseconds(0));
  };
  run(wait());
  EXPECT_FALSE(in_time);
  EXPECT_EQ(count, 2);
  EXPECT_FALSE(second.is_set());
}

TEST_F(CoroutinesTest, JoinWaitsForEveryTask) {
  Event event(loop.get_executor());
  int count = 0;
  bool joined = false;
  group.spawn(wait_and_count(event, count));
  auto join = [&]() -> Task<void> {
    co_await group.join();
    joined = true;
  };
  asio::co_spawn(loop, join(), [](std::exception_ptr) {});
  settle();
  EXPECT_FALSE(joined);
  event.set();
  settle();
  EXPECT_TRUE(joined);
}

TEST_F(CoroutinesTest, StopEndsTasksThatSleep) {
  int count = 0;
  group.spawn(sleep_and_count(count));
  group.spawn(sleep_and_count(count));
  settle();
  EXPECT_EQ(group.size(), 2u);
  group.stop();
  run(group.join());
  EXPECT_EQ(count, 2) << "their clean-up ran";
}

Task<void> throw_up() {
  co_await sleep_for(milliseconds(0));
  throw std::logic_error("bug");
}

TEST_F(CoroutinesTest, ABugInATaskComesOutOfJoin) {
  group.spawn(throw_up());
  EXPECT_THROW(run(group.join()), std::logic_error);
  run(group.join());
}

Task<Result<int>> seven_after(std::chrono::nanoseconds delay, bool& cancelled) {
  co_await keep_running_when_cancelled();
  co_await sleep_for(delay);
  const auto state = co_await asio::this_coro::cancellation_state;
  cancelled = state.cancelled() != asio::cancellation_type::none;
  co_return 7;
}

TEST_F(CoroutinesTest, ADeadlineCancelsWhatIsTooSlow) {
  auto body = [&]() -> Task<void> {
    bool cancelled = false;
    const auto slow = co_await with_deadline(seven_after(hours(1), cancelled), milliseconds(1), "waiting");
    EXPECT_EQ(slow.error(), (Error{errc::timed_out, "waiting"}));
    EXPECT_TRUE(cancelled);
    const auto quick = co_await with_deadline(seven_after(milliseconds(0), cancelled), hours(1), "waiting");
    EXPECT_EQ(quick.value(), 7);
    const bool in_time = co_await finishes_within(sleep_for(milliseconds(0)), hours(1));
    EXPECT_TRUE(in_time);
    const bool too_late = co_await finishes_within(sleep_for(hours(1)), milliseconds(1));
    EXPECT_FALSE(too_late);
  };
  run(body());
}

Task<void> turn_off() {
  co_await disable_cancellation();
  co_await sleep_for(milliseconds(0));
}

/// Awaits `first`, then sleeps; tells whether the sleep was cut short.
Task<void> sleep_after(Task<void> first, std::chrono::nanoseconds delay, bool& was_cut) {
  co_await std::move(first);
  asio::steady_timer timer(co_await asio::this_coro::executor, delay);
  const auto [failure] = co_await timer.async_wait(use_tuple);
  was_cut = failure == asio::error::operation_aborted;
}

TEST_F(CoroutinesTest, WhatIsAwaitedApartKeepsItsCancellationStateToItself) {
  bool together_was_cut = true, apart_was_cut = false;
  group.spawn(sleep_after(turn_off(), milliseconds(20), together_was_cut));
  group.spawn(sleep_after(apart(turn_off()), hours(1), apart_was_cut));
  const auto until = std::chrono::steady_clock::now() + milliseconds(5);
  loop.restart();
  loop.run_until(until);
  group.stop();
  run(group.join());
  EXPECT_TRUE(apart_was_cut) << "the caller can still be cancelled";
  EXPECT_FALSE(together_was_cut) << "the reason why apart() exists";
}

}  // namespace
}  // namespace greenroom::base
