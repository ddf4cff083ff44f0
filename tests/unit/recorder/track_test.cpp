// When pictures are shown, with the real codec and an archive in a folder.
#include "recorder/encoder/track.hpp"

#include <algorithm>
#include <fcntl.h>
#include <memory>

#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "recorder/encoder/source.hpp"
#include "tests/unit/recorder/temporary_directory.hpp"

namespace greenroom::recorder::encoder {
namespace {

using std::chrono::operator""ms;

class TrackTest : public testing::Test {
 protected:
  static StartCommand start() {
    StartCommand command;
    command.source = CaptureSource::frames;
    return command;
  }
  RecordingIndex index() const { return parse_index(directory_.read(index_file_name)); }

  static FrameCommand jpeg(Milliseconds at, int width, int height) {
    return {at, base::to_base64(Picture420(width, height, Range::full).to_jpeg(80))};
  }

  TemporaryDirectory directory_;
  base::UniqueFd folder_{::open(directory_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  Track track_{folder_.value(), start(), [](const EncoderEvent&) {}};
};

TEST_F(TrackTest, APictureThatComesLateLeavesNoSecondWithoutOne) {
  ASSERT_TRUE(track_.create());
  ASSERT_TRUE(track_.begin_picture(64, 48, 0ms));
  ASSERT_TRUE(track_.show(0ms));
  ASSERT_TRUE(track_.begin_picture(64, 48, 2'300ms));
  track_.canvas();
  ASSERT_TRUE(track_.show(2'300ms));
  ASSERT_TRUE(track_.finish("finished", 3'500ms));
  const RecordingIndex known = index();
  ASSERT_EQ(known.segments.size(), 1u);
  EXPECT_EQ(known.segments[0].frames, 6) << "at 0, 1,000, 2,000, 2,300, 3,300 and at the end";
  EXPECT_EQ(known.duration(), 3'501ms);
}

/// What was there before is not known, and is not what was seen first.
TEST_F(TrackTest, ARecordingIsBlackUntilItsFirstPicture) {
  ASSERT_TRUE(track_.create());
  ASSERT_TRUE(track_.begin_picture(64, 48, 1'500ms));
  std::fill_n(track_.canvas().plane(0), 64 * 48, std::uint8_t{200});
  ASSERT_TRUE(track_.show(1'500ms));
  EXPECT_EQ(track_.canvas().plane(0)[0], 200) << "it is still what is painted on";
  ASSERT_TRUE(track_.finish("finished", 1'700ms));
  const RecordingIndex known = index();
  ASSERT_EQ(known.segments.size(), 1u);
  EXPECT_EQ(known.segments[0].start, 0ms);
  EXPECT_EQ(known.segments[0].frames, 4) << "black at 0 and 1,000; at 1,500 and at the end";
}

TEST_F(TrackTest, AFirstPictureThatComesSoonIsTheBeginning) {
  ASSERT_TRUE(track_.create());
  ASSERT_TRUE(track_.begin_picture(64, 48, 80ms));
  ASSERT_TRUE(track_.show(80ms));
  ASSERT_TRUE(track_.finish("finished", 700ms));
  ASSERT_EQ(index().segments.size(), 1u);
  EXPECT_EQ(index().segments[0].start, 0ms);
  EXPECT_EQ(index().segments[0].frames, 2);
}

/// Not by when the size had settled, or was heard of.
TEST_F(TrackTest, ANewSizeBeginsWithTheTimeOfItsPicture) {
  const auto source = make_frames_source(track_);
  ASSERT_TRUE(track_.create());
  const auto paint = [&](Milliseconds at) {
    EXPECT_TRUE(source->look(at));
    EXPECT_TRUE(source->is_dirty());
    const auto seen = source->paint(at);
    ASSERT_TRUE(seen);
    EXPECT_TRUE(track_.show(*seen));
  };
  source->offer(jpeg(100ms, 64, 48));
  paint(120ms);
  source->offer(jpeg(700ms, 96, 64));
  ASSERT_TRUE(source->look(720ms));
  EXPECT_FALSE(source->is_dirty()) << "it may change once more";
  paint(1'000ms);
  ASSERT_TRUE(track_.finish("finished", 2'000ms));
  const RecordingIndex known = index();
  ASSERT_EQ(known.segments.size(), 2u);
  EXPECT_EQ(known.segments[0].duration, 700ms);
  EXPECT_EQ(known.segments[1].start, 700ms);
  EXPECT_EQ(known.segments[1].width, 96);
}

TEST_F(TrackTest, AfterLatePicturesMoreIsWaitedForTheNextOne) {
  const auto source = make_frames_source(track_);
  ASSERT_TRUE(track_.create());
  auto paint = [&, shade = std::uint8_t{0}](Milliseconds taken, Milliseconds at) mutable {
    Picture420 picture(64, 48, Range::full);
    std::fill_n(picture.plane(0), 64 * 48, shade += 8);  // one that is the same is not taken
    source->offer({taken, base::to_base64(picture.to_jpeg(80))});
    EXPECT_TRUE(source->look(at));
    EXPECT_TRUE(source->paint(at));
  };
  paint(100ms, 110ms);
  EXPECT_EQ(source->patience(), 300ms);
  paint(200ms, 450ms);
  EXPECT_EQ(source->patience(), 500ms);
  paint(600ms, 1'600ms);
  EXPECT_EQ(source->patience(), 800ms) << "no more: what is live must not be far behind";
  for (Milliseconds at = 2'000ms; at < 4'000ms; at += 100ms) paint(at, at + 10ms);
  EXPECT_EQ(source->patience(), 300ms);
}

}  // namespace
}  // namespace greenroom::recorder::encoder
