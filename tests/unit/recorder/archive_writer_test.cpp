#include "recorder/encoder/archive_writer.hpp"

#include <fcntl.h>

#include <gtest/gtest.h>

#include "tests/unit/recorder/temporary_directory.hpp"

namespace greenroom::recorder::encoder {
namespace {

class ArchiveWriterTest : public testing::Test {
 protected:
  ArchiveWriter writer() const {
    return {folder_.value(), WallTime(Milliseconds(1'000'000)), [](const EncoderPart&) {}};
  }
  RecordingIndex index() const { return parse_index(directory_.read(index_file_name)); }

  /// One segment of two pictures.
  static void write_segment(ArchiveWriter& writer, Milliseconds from, Milliseconds until) {
    ASSERT_TRUE(writer.use_config({64, 48, "sps", {"pps"}, false}));
    ASSERT_TRUE(writer.begin_segment(from));
    ASSERT_TRUE(writer.add("key", true, from));
    ASSERT_TRUE(writer.add("other", false, from + Milliseconds(40)));
    ASSERT_TRUE(writer.finish_segment(until));
  }

  TemporaryDirectory directory_;
  base::UniqueFd folder_{::open(directory_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
};

/// However long the encoder took to see its first picture: that one is not shown before.
TEST_F(ArchiveWriterTest, ARecordingBeginsWithItsFirstPicture) {
  ArchiveWriter one = writer();
  ASSERT_TRUE(one.create());
  write_segment(one, Milliseconds(700), Milliseconds(1700));
  const auto end = one.write_end("finished", Milliseconds(1700));
  ASSERT_TRUE(end);
  EXPECT_EQ(end->duration, Milliseconds(1000));
  const RecordingIndex known = index();
  ASSERT_EQ(known.segments.size(), 1u);
  EXPECT_EQ(known.segments[0].start, Milliseconds(0));
  EXPECT_EQ(known.segments[0].duration, Milliseconds(1000));
  EXPECT_EQ(known.segments[0].wall, WallTime(Milliseconds(1'000'700)));
  EXPECT_EQ(known.end, *end);
}

TEST_F(ArchiveWriterTest, TheNextWriterGoesOnInTheSameTime) {
  ArchiveWriter one = writer();
  ASSERT_TRUE(one.create());
  write_segment(one, Milliseconds(700), Milliseconds(1700));
  ArchiveWriter two = writer();
  const auto until = two.resume();
  ASSERT_TRUE(until);
  EXPECT_EQ(*until, Milliseconds(1700));
  write_segment(two, Milliseconds(2500), Milliseconds(3500));
  const RecordingIndex known = index();
  ASSERT_EQ(known.segments.size(), 2u);
  EXPECT_EQ(known.segments[1].start, Milliseconds(1800));
  EXPECT_EQ(known.segments[1].wall, WallTime(Milliseconds(1'002'500)));
}

}  // namespace
}  // namespace greenroom::recorder::encoder
