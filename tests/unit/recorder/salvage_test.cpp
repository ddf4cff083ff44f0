#include "recorder/salvage.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "recorder/finish_interrupted.hpp"
#include "recorder/mp4_writer.hpp"
#include "tests/unit/recorder/segments.hpp"
#include "tests/unit/recorder/temporary_directory.hpp"

namespace greenroom::recorder {
namespace {

/// What an encoder has written of number `n` when it dies in its second fragment.
std::string torn_file(std::uint32_t n) {
  const std::vector<SampleInfo> first{{100, 4, true}, {900, 2, false}};
  const std::vector<SampleInfo> second{{3000, 300, false}};
  return write_segment_head(to_line(segment(n))) + write_fragment_head(1, 8000, first) + "AAAABB" +
         write_fragment_head(2, 9000, second) + "CC";
}

Segment saved(std::uint32_t n) {
  Segment expected = segment(n);
  expected.duration = Milliseconds(1000);
  expected.frames = 2;
  expected.size = Bytes{torn_file(n).find("AAAABB") + 6};
  return expected;
}

TEST(Salvage, TheWholeFragmentsOfAnUnfinishedSegmentBecomeOne) {
  const TemporaryDirectory directory;
  directory.write(index_file_name, to_line(segment(0)));
  directory.write("seg-1.m4s.partial", torn_file(1));
  directory.write("init-1.mp4.partial", "x");
  const auto index = salvage(directory.path());
  ASSERT_TRUE(index);
  ASSERT_EQ(index->segments.size(), 2u);
  EXPECT_EQ(index->segments[1], saved(1));
  EXPECT_FALSE(index->end);
  EXPECT_EQ(directory.read("seg-1.m4s").size(), saved(1).size.count);
  EXPECT_FALSE(std::filesystem::exists(directory / "seg-1.m4s.partial"));
  EXPECT_FALSE(std::filesystem::exists(directory / "init-1.mp4.partial"));
}

TEST(Salvage, ASegmentThatWasRenamedButNotNamedInTheIndexCounts) {
  const TemporaryDirectory directory;
  directory.write(index_file_name, to_line(segment(0)) + to_line(segment(1)).substr(0, 30));
  directory.write("seg-1.m4s", torn_file(1));
  const auto index = salvage(directory.path());
  ASSERT_TRUE(index);
  ASSERT_EQ(index->segments.size(), 2u);
  EXPECT_EQ(index->segments[1], saved(1));
}

TEST(Salvage, WhatDoesNotFollowIsNoSegment) {
  const TemporaryDirectory directory;
  directory.write(index_file_name, to_line(segment(0)) + to_line(segment(1)));
  directory.write("seg-2.m4s.partial", torn_file(0));  // of another number
  directory.write("seg-3.m4s.partial", "x");
  std::filesystem::create_symlink(directory / "elsewhere", directory / "seg-4.m4s.partial");
  directory.write("elsewhere", torn_file(4));
  const auto index = salvage(directory.path());
  ASSERT_TRUE(index);
  EXPECT_EQ(index->segments.size(), 2u);
  EXPECT_EQ(directory.read("elsewhere"), torn_file(4));
}

TEST(Salvage, AnEndedRecordingIsNotTouched) {
  const TemporaryDirectory directory;
  directory.write(index_file_name,
                  to_line(segment(0)) + to_line(RecordingEnd{"finished", Milliseconds(4000)}));
  directory.write("seg-1.m4s.partial", torn_file(1));
  ASSERT_TRUE(salvage(directory.path()));
  EXPECT_TRUE(std::filesystem::exists(directory / "seg-1.m4s.partial"));
}

TEST(Salvage, FinishingAnInterruptedRecordingSavesFirst) {
  const TemporaryDirectory directory;
  directory.write(index_file_name, to_line(segment(0)));
  directory.write("seg-1.m4s.partial", torn_file(1));
  const auto index = finish_interrupted(directory.path());
  ASSERT_TRUE(index && index->end);
  EXPECT_EQ(index->end->duration, Milliseconds(5000));
}

}  // namespace
}  // namespace greenroom::recorder
