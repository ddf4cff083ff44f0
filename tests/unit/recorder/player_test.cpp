#include "recorder/player.hpp"

#include <gtest/gtest.h>

#include "tests/unit/recorder/segments.hpp"

namespace greenroom::recorder {
namespace {

std::string relative(std::string_view file) { return std::string(file); }

TEST(Player, ARunningRecordingIsAnEventPlaylistWithoutEnd) {
  RecordingIndex index;
  index.segments = {segment(0), segment(1)};
  index.segments[1].duration = Milliseconds(4056);
  EXPECT_EQ(render_playlist(index, relative),
            "#EXTM3U\n"
            "#EXT-X-VERSION:7\n"
            "#EXT-X-TARGETDURATION:9\n"
            "#EXT-X-MEDIA-SEQUENCE:0\n"
            "#EXT-X-PLAYLIST-TYPE:EVENT\n"
            "#EXT-X-INDEPENDENT-SEGMENTS\n"
            "#EXT-X-MAP:URI=\"init-0.mp4\"\n"
            "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:16:40.000Z\n"
            "#EXTINF:4.000,\n"
            "seg-0.m4s\n"
            "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:16:44.000Z\n"
            "#EXTINF:4.056,\n"
            "seg-1.m4s\n");
}

TEST(Player, AnEndedRecordingIsAVodPlaylistWithItsEnd) {
  RecordingIndex index;
  index.segments = {segment(0)};
  index.end = RecordingEnd{"finished", Milliseconds(4000)};
  const std::string playlist = render_playlist(index, relative);
  EXPECT_NE(playlist.find("#EXT-X-PLAYLIST-TYPE:VOD\n"), std::string::npos);
  EXPECT_TRUE(playlist.ends_with("seg-0.m4s\n#EXT-X-ENDLIST\n"));
}

TEST(Player, ASizeChangeIsADiscontinuityWithItsOwnInit) {
  RecordingIndex index;
  index.segments = {segment(0), segment(1, 1), segment(2, 1)};
  index.segments[1].is_discontinuity = true;
  const std::string playlist = render_playlist(index, relative);
  EXPECT_NE(playlist.find("seg-0.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init-1.mp4\"\n"),
            std::string::npos);
  EXPECT_EQ(playlist.find("#EXT-X-DISCONTINUITY"), playlist.rfind("#EXT-X-DISCONTINUITY"));
  EXPECT_EQ(playlist.find("init-1.mp4"), playlist.rfind("init-1.mp4"));
}

TEST(Player, ThePlaylistDoesNotBeginWithADiscontinuity) {
  RecordingIndex index;
  index.segments = {segment(0)};
  index.segments[0].is_discontinuity = true;
  EXPECT_EQ(render_playlist(index, relative).find("DISCONTINUITY"), std::string::npos);
}

TEST(Player, NoSegmentIsLongerThanTheTarget) {
  RecordingIndex index;
  index.segments = {segment(0)};
  index.segments[0].duration = Milliseconds(8600);
  EXPECT_NE(render_playlist(index, relative).find("#EXT-X-TARGETDURATION:9\n"), std::string::npos);
}

TEST(Player, LinksAreTheCallers) {
  RecordingIndex index;
  index.segments = {segment(0)};
  const auto link = [](std::string_view file) { return "/r/" + std::string(file) + "?token=t"; };
  const std::string playlist = render_playlist(index, link);
  EXPECT_NE(playlist.find("URI=\"/r/init-0.mp4?token=t\""), std::string::npos);
  EXPECT_NE(playlist.find("\n/r/seg-0.m4s?token=t\n"), std::string::npos);
}

TEST(Player, NothingRecordedIsAPlaylistWithoutSegments) {
  const std::string playlist = render_playlist({}, relative);
  EXPECT_TRUE(playlist.starts_with("#EXTM3U\n"));
  EXPECT_EQ(playlist.find("#EXTINF"), std::string::npos);
}

}  // namespace
}  // namespace greenroom::recorder
