#include "recorder/live_edge.hpp"

#include <gtest/gtest.h>

#include "tests/unit/recorder/segments.hpp"

namespace greenroom::recorder {
namespace {

TEST(LiveEdge, PartsGatherInTheirSegmentUntilItIsFinished) {
  LiveEdge edge;
  const LivePart first{100, 20, Milliseconds(1000), true};
  const LivePart second{120, 30, Milliseconds(900), false};
  add_part(edge, segment(0), first);
  add_part(edge, segment(0), second);
  ASSERT_EQ(edge.size(), 1u);
  EXPECT_TRUE(edge[0].is_open);
  EXPECT_EQ(edge[0].parts, (std::vector<LivePart>{first, second}));
  finish_segment(edge, segment(0));
  EXPECT_FALSE(edge[0].is_open);
  add_part(edge, segment(1), first);
  ASSERT_EQ(edge.size(), 2u);
  EXPECT_TRUE(edge[1].is_open);
}

TEST(LiveEdge, OldSegmentsAreForgotten) {
  LiveEdge edge;
  for (std::uint32_t n = 0; n < 10; ++n) {
    add_part(edge, segment(n), {});
    finish_segment(edge, segment(n));
  }
  ASSERT_EQ(edge.size(), 3u);
  EXPECT_EQ(edge.front().segment.file, "seg-7.m4s");
}

}  // namespace
}  // namespace greenroom::recorder
