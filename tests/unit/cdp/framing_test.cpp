#include "cdp/framing.hpp"

#include <gtest/gtest.h>

namespace greenroom::cdp {
namespace {

using namespace std::string_view_literals;
using Messages = std::vector<std::string>;

TEST(Framing, MessagesAreWholeWhereverTheReadsAreSplit) {
  const std::string_view bytes = "first\0\0second message\0x\0"sv;
  const Messages expected{"first", "", "second message", "x"};
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut)
    for (std::size_t second = cut; second <= bytes.size(); ++second) {
      Deframer deframer(base::Bytes{100});
      Messages out;
      ASSERT_TRUE(deframer.feed(bytes.substr(0, cut), out));
      ASSERT_TRUE(deframer.feed(bytes.substr(cut, second - cut), out));
      ASSERT_TRUE(deframer.feed(bytes.substr(second), out));
      EXPECT_EQ(out, expected) << cut << " " << second;
      EXPECT_EQ(deframer.pending(), base::Bytes{0});
    }
}

TEST(Framing, WhatIsIncompleteWaits) {
  Deframer deframer(base::Bytes{100});
  Messages out;
  ASSERT_TRUE(deframer.feed("abc"sv, out));
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(deframer.pending(), base::Bytes{3});
  ASSERT_TRUE(deframer.feed("\0"sv, out));
  EXPECT_EQ(out, Messages{"abc"});
}

TEST(Framing, AMessageOfExactlyTheLimitPasses) {
  Deframer deframer(base::Bytes{4});
  Messages out;
  EXPECT_TRUE(deframer.feed("1234\0"sv, out));
  EXPECT_TRUE(deframer.feed("12"sv, out));
  EXPECT_TRUE(deframer.feed("34\0"sv, out));
  EXPECT_EQ(out, (Messages{"1234", "1234"}));
}

TEST(Framing, OneByteMoreEndsTheStream) {
  Messages out;
  Deframer whole(base::Bytes{4});
  EXPECT_EQ(whole.feed("12345\0"sv, out).error().code, base::errc::too_large);
  Deframer pieces(base::Bytes{4});
  EXPECT_TRUE(pieces.feed("1234"sv, out));
  EXPECT_EQ(pieces.feed("5"sv, out).error().code, base::errc::too_large);
  EXPECT_TRUE(out.empty());
}

TEST(Framing, MessagesBeforeATooLargeOneAreHandedOut) {
  Deframer deframer(base::Bytes{4});
  Messages out;
  EXPECT_FALSE(deframer.feed("ok\0too large"sv, out));
  EXPECT_EQ(out, Messages{"ok"});
}

TEST(Framing, NothingReadIsNoFault) {
  Deframer deframer(base::Bytes{4});
  Messages out;
  EXPECT_TRUE(deframer.feed({}, out));
  EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace greenroom::cdp
