#include "recorder/rebuild_index.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "recorder/finish_interrupted.hpp"
#include "recorder/mp4_writer.hpp"
#include "tests/unit/recorder/segments.hpp"
#include "tests/unit/recorder/temporary_directory.hpp"

namespace greenroom::recorder {
namespace {

/// A segment of four seconds, as an encoder leaves it.
std::string whole_file(std::uint32_t n) {
  const std::vector<SampleInfo> samples{{1000, 4, true}, {3000, 2, false}};
  return write_segment_head(to_line(segment(n))) + write_fragment_head(1, 8000, samples) + "AAAABB";
}

Segment as_read(std::uint32_t n) {
  Segment expected = segment(n);
  expected.frames = 2;
  expected.size = Bytes{whole_file(n).size()};
  return expected;
}

class RebuildIndexTest : public testing::Test {
 protected:
  void write_segments(std::uint32_t count) const {
    for (std::uint32_t n = 0; n < count; ++n) directory.write(segment_name(n), whole_file(n));
  }
  TemporaryDirectory directory;
};

TEST_F(RebuildIndexTest, ALostIndexIsMadeOfTheSegmentsInTheirOrder) {
  write_segments(12);  // "seg-10" comes behind "seg-9"
  const auto index = read_finished_index(directory.path());
  ASSERT_TRUE(index);
  ASSERT_EQ(index->segments.size(), 12u);
  for (std::uint32_t n = 0; n < 12; ++n) EXPECT_EQ(index->segments[n], as_read(n));
  EXPECT_EQ(index->end, (RecordingEnd{"interrupted", Milliseconds(48'000)}));
  EXPECT_EQ(parse_index(directory.read(index_file_name)), *index) << "it is on the disk";
}

TEST_F(RebuildIndexTest, ADamagedOneIsMadeAnew) {
  write_segments(3);
  directory.write(index_file_name, to_line(segment(0)) + "garbage\n" + to_line(segment(2)) +
                                       to_line(RecordingEnd{"finished", Milliseconds(12'000)}));
  const auto index = read_finished_index(directory.path());
  ASSERT_TRUE(index);
  EXPECT_EQ(index->segments, (std::vector<Segment>{as_read(0), as_read(1), as_read(2)}));
  EXPECT_TRUE(index->end);
  EXPECT_EQ(index->skipped_lines, 0u);
}

TEST_F(RebuildIndexTest, AWholeOneIsNotTouched) {
  write_segments(2);
  const std::string text = to_line(segment(0)) + to_line(RecordingEnd{"finished", Milliseconds(4'000)});
  directory.write(index_file_name, text);
  ASSERT_TRUE(read_finished_index(directory.path()));
  EXPECT_EQ(directory.read(index_file_name), text);
}

TEST_F(RebuildIndexTest, OneThatNamesMoreThanTheFilesTellIsKept) {
  write_segments(1);
  const std::string text = to_line(segment(0)) + "garbage\n" + to_line(segment(1)) + to_line(segment(2));
  directory.write(index_file_name, text);
  EXPECT_EQ(rebuild_index(directory.path()).error().code, errc::conflict);
  EXPECT_EQ(directory.read(index_file_name), text);
  EXPECT_EQ(read_finished_index(directory.path())->segments.size(), 3u);
}

TEST_F(RebuildIndexTest, WhatIsNotASegmentOfThisRecordingIsLeftOut) {
  write_segments(1);
  directory.write("seg-1.m4s", whole_file(3));  // another number's
  directory.write("seg-2.m4s", "x");
  std::filesystem::create_symlink(directory / "elsewhere", directory / "seg-3.m4s");
  directory.write("elsewhere", whole_file(3));
  const auto index = rebuild_index(directory.path());
  ASSERT_TRUE(index);
  EXPECT_EQ(index->segments, (std::vector<Segment>{as_read(0)}));
}

TEST_F(RebuildIndexTest, WhereNothingLiesNothingIsMade) {
  EXPECT_EQ(rebuild_index(directory.path()).error().code, errc::not_found);
  EXPECT_EQ(read_finished_index(directory.path()).error().code, errc::not_found);
  EXPECT_FALSE(std::filesystem::exists(directory / index_file_name));
}

}  // namespace
}  // namespace greenroom::recorder
