// The fake keeps the contract of the real stream.
#include "tests/fakes/memory_stream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace greenroom::fakes {
namespace {

using net::CloseReason;

class MemoryStreamTest : public testing::Test {
 protected:
  void run(base::Task<void> task) {
    base::asio::co_spawn(loop, std::move(task), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    loop.run();
    loop.restart();
  }
  base::asio::io_context loop{1};
  MemoryStream::Pair pair = MemoryStream::make(loop.get_executor());
};

TEST_F(MemoryStreamTest, MessagesArriveInOrderAndWhole) {
  pair.first->send("one");
  pair.first->send("two");
  EXPECT_EQ(pair.first->queued(), base::Bytes{6});
  auto reader = [](MemoryStream& stream) -> base::Task<void> {
    const auto one = co_await stream.read();
    EXPECT_EQ(one.value(), "one");
    const auto two = co_await stream.read();
    EXPECT_EQ(two.value(), "two");
  };
  run(reader(*pair.second));
  EXPECT_EQ(pair.first->queued(), base::Bytes{0});
}

TEST_F(MemoryStreamTest, ReadWaitsForAMessage) {
  bool got = false;
  auto reader = [](MemoryStream& stream, bool& flag) -> base::Task<void> {
    const auto message = co_await stream.read();
    flag = message.has_value();
  };
  base::asio::co_spawn(loop, reader(*pair.second, got), [](std::exception_ptr) {});
  loop.poll();
  EXPECT_FALSE(got);
  pair.first->send("x");
  loop.run();
  EXPECT_TRUE(got);
}

TEST_F(MemoryStreamTest, CloseArrivesBehindWhatWasSent) {
  pair.first->send("last");
  pair.first->close({4000, "done"});
  auto reader = [](MemoryStream& stream) -> base::Task<void> {
    const auto last = co_await stream.read();
    EXPECT_EQ(last.value(), "last");
    const auto end = co_await stream.read();
    EXPECT_EQ(end.error().code, base::errc::closed);
  };
  run(reader(*pair.second));
  EXPECT_EQ(pair.second->close_reason(), (CloseReason{4000, "done"}));
  EXPECT_FALSE(pair.second->send("late"));
  EXPECT_FALSE(pair.first->send("late"));
}

TEST_F(MemoryStreamTest, ClosingEndsOnesOwnRead) {
  auto reader = [](MemoryStream& stream) -> base::Task<void> {
    const auto end = co_await stream.read();
    EXPECT_EQ(end.error().code, base::errc::closed);
  };
  base::asio::co_spawn(loop, reader(*pair.first), [](std::exception_ptr) {});
  loop.poll();
  pair.first->close({1000, {}});
  loop.run();
  EXPECT_EQ(pair.first->close_reason().code, 1000);
}

TEST_F(MemoryStreamTest, PeerThatDoesNotReadIsClosedWith1008) {
  MemoryStreamOptions options;
  options.queue = base::Bytes{10};
  pair = MemoryStream::make(loop.get_executor(), options);
  EXPECT_TRUE(pair.first->send(std::string(20, 'a'))) << "alone, a message may be larger than the budget";
  EXPECT_FALSE(pair.first->send("b"));
  auto reader = [](MemoryStream& stream) -> base::Task<void> {
    (void)co_await stream.read();
    (void)co_await stream.read();
  };
  run(reader(*pair.second));
  EXPECT_EQ(pair.second->close_reason().code, 1008);
}

TEST_F(MemoryStreamTest, TooLargeAMessageClosesWith1009) {
  MemoryStreamOptions options;
  options.message = base::Bytes{3};
  pair = MemoryStream::make(loop.get_executor(), options);
  pair.first->send("four");
  auto reader = [](MemoryStream& stream) -> base::Task<void> {
    const auto message = co_await stream.read();
    EXPECT_EQ(message.error().code, base::errc::too_large);
  };
  run(reader(*pair.second));
  EXPECT_EQ(pair.second->close_reason().code, 1009);
}

TEST_F(MemoryStreamTest, DestroyingAnEndClosesTheOther) {
  pair.first.reset();
  auto reader = [](MemoryStream& stream) -> base::Task<void> { (void)co_await stream.read(); };
  run(reader(*pair.second));
  EXPECT_EQ(pair.second->close_reason().code, 1001);
}

TEST_F(MemoryStreamTest, BrokenConnectionIs1006OnBothSides) {
  pair.first->send("lost");
  pair.first->break_connection();
  auto reader = [](MemoryStream& stream) -> base::Task<void> {
    const auto end = co_await stream.read();
    EXPECT_FALSE(end.has_value());
  };
  run(reader(*pair.second));
  EXPECT_EQ(pair.second->close_reason().code, 1006);
}

}  // namespace
}  // namespace greenroom::fakes
