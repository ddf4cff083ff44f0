// Frames on their way out.
#include "net/websocket_outbox.hpp"

#include <gtest/gtest.h>

namespace greenroom::net {
namespace {

// What a socket would get that takes at most `step` bytes at a time.
std::string drain(WebsocketOutbox& outbox, std::size_t step) {
  std::string all;
  while (!outbox.empty()) {
    std::string offered;
    const WebsocketOutbox::Pieces pieces = outbox.front();
    for (std::size_t i = 0; i < pieces.count; ++i) offered += pieces.list[i];
    offered.resize(std::min(offered.size(), step));
    all += offered;
    outbox.pop(offered.size());
  }
  return all;
}

TEST(WebsocketOutbox, HeadsHaveThreeLengths) {
  WebsocketOutbox outbox;
  outbox.push_text(std::string(125, 'a'));
  EXPECT_EQ(drain(outbox, 1u << 20).substr(0, 2), "\x81\x7D");
  outbox.push_text(std::string(126, 'a'));
  EXPECT_EQ(drain(outbox, 1u << 20).substr(0, 4), std::string("\x81\x7E\x00\x7E", 4));
  outbox.push_text(std::string(65535, 'a'));
  EXPECT_EQ(drain(outbox, 1u << 20).substr(0, 4), "\x81\x7E\xFF\xFF");
  outbox.push_text(std::string(65536, 'a'));
  EXPECT_EQ(drain(outbox, 1u << 20).substr(0, 10), std::string("\x81\x7F\0\0\0\0\0\x01\0\0", 10));
}

TEST(WebsocketOutbox, OrderAndBytesDoNotDependOnHowMuchIsTaken) {
  const auto fill = [](WebsocketOutbox& outbox) {
    for (int i = 0; i < 120; ++i) {
      outbox.push_text(std::string(static_cast<std::size_t>(i * 37 % 4500), static_cast<char>('a' + i % 26)));
      if (i % 17 == 0) outbox.push_frames(std::string_view("\x89\x00", 2));
    }
  };
  WebsocketOutbox one;
  WebsocketOutbox two;
  fill(one);
  fill(two);
  const std::size_t size = one.size();
  const std::string expected = drain(one, 1u << 30);
  EXPECT_EQ(expected.size(), size);
  EXPECT_EQ(drain(two, 701), expected);
  EXPECT_EQ(one.size(), 0u);
}

TEST(WebsocketOutbox, SmallMessagesShareAPiece) {
  WebsocketOutbox outbox;
  for (int i = 0; i < 100; ++i) outbox.push_text("hello");
  EXPECT_EQ(outbox.front().count, 1u);
  EXPECT_EQ(outbox.front().list[0].size(), 700u);
}

TEST(WebsocketOutbox, DroppingKeepsAFrameThatHasBegun) {
  WebsocketOutbox outbox;
  outbox.push_text(std::string(10000, 'a'));
  outbox.push_text(std::string(10000, 'b'));
  outbox.pop(1);
  outbox.drop_unsent();
  EXPECT_EQ(outbox.size(), 10003u);
  EXPECT_EQ(drain(outbox, 1u << 20).find('b'), std::string::npos);
}

TEST(WebsocketOutbox, DroppingForgetsAllWhenNothingHasBegun) {
  WebsocketOutbox outbox;
  outbox.push_text("a");
  outbox.push_text(std::string(10000, 'b'));
  outbox.drop_unsent();
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(outbox.size(), 0u);
}

}  // namespace
}  // namespace greenroom::net
