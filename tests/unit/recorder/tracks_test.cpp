#include "recorder/tracks.hpp"

#include <gtest/gtest.h>

#include "tests/unit/recorder/segments.hpp"

namespace greenroom::recorder {
namespace {

RecordingIndex four_segments() {
  RecordingIndex index;
  for (std::uint32_t n = 0; n < 4; ++n) index.segments.push_back(segment(n));
  index.end = RecordingEnd{"finished", Milliseconds(16'000)};
  return index;
}

WallTime second(std::int64_t n) { return segment(0).wall + std::chrono::seconds(n); }

std::vector<std::string> files(const TabTrack& track) {
  std::vector<std::string> names;
  for (const Segment& segment : track.index.segments) names.push_back(segment.file);
  return names;
}
using Names = std::vector<std::string>;

TEST(Tracks, ARecordingOfWhichNothingIsKnownIsTheFirstTabs) {
  const auto tracks = cut_tracks(four_segments(), {});
  ASSERT_EQ(tracks.size(), 1u);
  EXPECT_EQ(tracks[0].tab, 0);
  EXPECT_EQ(tracks[0].index, four_segments());
}

TEST(Tracks, EachTabGetsWhatWasSeenOfIt) {
  const auto tracks = cut_tracks(four_segments(), {{second(1), 0}, {second(4), 1}, {second(12), 0}});
  ASSERT_EQ(tracks.size(), 2u);
  EXPECT_EQ(files(tracks[0]), (Names{"seg-0.m4s", "seg-3.m4s"}));
  EXPECT_EQ(files(tracks[1]), (Names{"seg-1.m4s", "seg-2.m4s"}));
  EXPECT_TRUE(tracks[0].index.segments[1].is_discontinuity) << "there is a hole before it";
  EXPECT_FALSE(tracks[1].index.segments[1].is_discontinuity);
  EXPECT_EQ(tracks[0].index.segments[1].wall, segment(3).wall) << "every segment keeps its own time";
  EXPECT_TRUE(tracks[0].index.end && tracks[1].index.end);
}

TEST(Tracks, ATabThatNobodySawHasNoTrack) {
  const auto tracks = cut_tracks(four_segments(), {{second(0), 2}, {second(100), 3}});
  ASSERT_EQ(tracks.size(), 1u);
  EXPECT_EQ(tracks[0].tab, 2);
  EXPECT_TRUE(cut_tracks({}, {{second(0), 2}}).empty());
}

TEST(Tracks, ASegmentThatTwoTabsShareIsThatOfItsMiddle) {
  EXPECT_EQ(files(cut_tracks(four_segments(), {{second(0), 0}, {second(7), 1}})[0]),
            (Names{"seg-0.m4s", "seg-1.m4s"}));
  EXPECT_EQ(files(cut_tracks(four_segments(), {{second(0), 0}, {second(5), 1}})[0]), (Names{"seg-0.m4s"}));
}

}  // namespace
}  // namespace greenroom::recorder
