#include "recorder/archive.hpp"

#include <gtest/gtest.h>

#include "tests/unit/recorder/segments.hpp"

namespace greenroom::recorder {
namespace {

const RecordingEnd finished{"finished", Milliseconds(8000)};

TEST(Archive, WhatIsWrittenIsReadBack) {
  const RecordingIndex index = parse_index(to_line(segment(0)) + to_line(segment(1, 3)) + to_line(finished));
  ASSERT_EQ(index.segments.size(), 2u);
  EXPECT_EQ(index.segments[0], segment(0));
  EXPECT_EQ(index.segments[1], segment(1, 3));
  EXPECT_EQ(index.end, finished);
  EXPECT_EQ(index.duration(), Milliseconds(8000));
  EXPECT_EQ(index.skipped_lines, 0u);
  EXPECT_FALSE(index.ends_in_torn_line);
}

TEST(Archive, ALineWithoutItsNewlineIsTornWhereverItIsCut) {
  const std::string whole = to_line(segment(0));
  const std::string next = to_line(segment(1));
  for (std::size_t length = 1; length < next.size(); ++length) {
    const RecordingIndex index = parse_index(whole + next.substr(0, length));
    ASSERT_EQ(index.segments.size(), 1u) << length;
    ASSERT_TRUE(index.ends_in_torn_line) << length;
    ASSERT_FALSE(index.end) << length;
  }
}

TEST(Archive, ATornLineInTheMiddleCostsOnlyItself) {
  const RecordingIndex index = parse_index(to_line(segment(0)) + "{\"segment\":\"se\n" + to_line(segment(2)));
  ASSERT_EQ(index.segments.size(), 2u);
  EXPECT_EQ(index.segments[1].file, "seg-2.m4s");
  EXPECT_EQ(index.skipped_lines, 1u);
}

TEST(Archive, NothingIsAnEmptyIndex) {
  EXPECT_EQ(parse_index(""), RecordingIndex{});
  EXPECT_EQ(parse_index("").duration(), Milliseconds(0));
}

TEST(Archive, ALineBehindTheEndIsNotBelieved) {
  const RecordingIndex index = parse_index(to_line(segment(0)) + to_line(finished) + to_line(segment(1)));
  EXPECT_EQ(index.segments.size(), 1u);
  EXPECT_EQ(index.skipped_lines, 1u);
}

TEST(Archive, ASegmentThatOverlapsTheOneBeforeIsNotBelieved) {
  Segment early = segment(1);
  early.start = Milliseconds(3999);
  EXPECT_EQ(parse_index(to_line(segment(0)) + to_line(early)).segments.size(), 1u);
}

TEST(Archive, SegmentsWithBadMembersAreSkipped) {
  Segment without_time = segment(0);
  without_time.duration = Milliseconds(0);
  Segment huge = segment(0);
  huge.width = 100'000;
  Segment path = segment(0);
  path.file = "../seg-0.m4s";
  Segment foreign_init = segment(0);
  foreign_init.init = "seg-0.m4s";
  for (const Segment& bad : {without_time, huge, path, foreign_init}) {
    const RecordingIndex index = parse_index(to_line(bad));
    EXPECT_TRUE(index.segments.empty()) << to_line(bad);
    EXPECT_EQ(index.skipped_lines, 1u);
  }
  EXPECT_TRUE(parse_index("[]\n7\n{}\n{\"end\":{}}\n{\"end\":7}\n").segments.empty());
  EXPECT_FALSE(parse_index("{\"end\":{\"reason\":7,\"duration_ms\":1}}\n").end);
}

TEST(Archive, AnOverlongLineIsSkipped) {
  const std::string line = to_line(segment(0));
  const std::string padded = line.substr(0, line.size() - 2) + ",\"x\":\"" + std::string(5000, 'x') + "\"}\n";
  EXPECT_TRUE(parse_index(padded).segments.empty());
}

TEST(Archive, OnlyNamesOfItsOwnFormAreNames) {
  EXPECT_TRUE(is_segment_name("seg-0.m4s"));
  EXPECT_TRUE(is_segment_name("seg-123456789.m4s"));
  EXPECT_TRUE(is_init_name("init-12.mp4"));
  using namespace std::string_view_literals;
  for (const auto name :
       {""sv, "seg-.m4s"sv, "seg-1234567890.m4s"sv, "seg-1.mp4"sv, "seg-1.m4s "sv, " seg-1.m4s"sv,
        "seg--1.m4s"sv, "seg-1a.m4s"sv, "../seg-1.m4s"sv, "seg-1.m4s/.."sv, "seg-1/2.m4s"sv, "init-1.m4s"sv,
        "index.jsonl"sv, "seg-1.m4s\0"sv, "SEG-1.m4s"sv, "seg-1.m4s.partial"sv}) {
    EXPECT_FALSE(is_segment_name(name)) << name;
    EXPECT_FALSE(is_init_name(name)) << name;
  }
}

}  // namespace
}  // namespace greenroom::recorder
