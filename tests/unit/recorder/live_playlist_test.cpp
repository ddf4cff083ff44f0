#include <gtest/gtest.h>

#include "recorder/player.hpp"
#include "tests/unit/recorder/segments.hpp"

namespace greenroom::recorder {
namespace {

std::string link(std::string_view file) { return "https://host/" + std::string(file) + "?token=t"; }

RecordingIndex index_of(std::uint32_t count) {
  RecordingIndex index;
  for (std::uint32_t n = 0; n < count; ++n) index.segments.push_back(segment(n));
  return index;
}

LiveEdge edge_of(std::uint32_t open) {
  LiveEdge edge;
  const LivePart first{200, 1000, Milliseconds(1000), true};
  const LivePart second{1200, 500, Milliseconds(950), false};
  add_part(edge, segment(open), first);
  add_part(edge, segment(open), second);
  return edge;
}

TEST(LivePlaylist, PartsOfTheOpenSegmentAreAtTheEnd) {
  const std::string text = render_live_playlist(index_of(2), edge_of(2), link);
  EXPECT_TRUE(text.ends_with(
      "#EXTINF:4.000,\nhttps://host/seg-1.m4s?token=t\n"
      "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:16:48.000Z\n"
      "#EXT-X-PART:DURATION=1.000,URI=\"https://host/"
      "seg-2.m4s?token=t\",BYTERANGE=\"1000@200\",INDEPENDENT=YES\n"
      "#EXT-X-PART:DURATION=0.950,URI=\"https://host/seg-2.m4s?token=t\",BYTERANGE=\"500@1200\"\n"))
      << text;
  EXPECT_NE(text.find("CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=2.400\n#EXT-X-PART-INF:PART-TARGET=1.200\n"),
            std::string::npos);
  EXPECT_EQ(text.find("ENDLIST"), std::string::npos);
}

TEST(LivePlaylist, ASegmentIsFinishedOnceTheNextHasAPart) {
  LiveEdge edge = edge_of(1);
  finish_segment(edge, segment(1));
  for (const std::uint32_t known : {1u, 2u}) {
    const std::string text = render_live_playlist(index_of(known), edge, link);
    EXPECT_TRUE(text.ends_with("BYTERANGE=\"500@1200\"\n")) << text;
    EXPECT_TRUE(has_part(index_of(known), edge, {1, 1}));
    EXPECT_FALSE(has_part(index_of(known), edge, {1, 2})) << "who asks for more waits";
  }
  add_part(edge, segment(2), {200, 1000, Milliseconds(1000), true});
  EXPECT_NE(render_live_playlist(index_of(2), edge, link).find("\nhttps://host/seg-1.m4s"),
            std::string::npos);
  EXPECT_TRUE(has_part(index_of(2), edge, {1, 2}));
}

TEST(LivePlaylist, AnEndedOneIsAPlainOne) {
  RecordingIndex index = index_of(2);
  index.end = RecordingEnd{"finished", Milliseconds(8000)};
  EXPECT_EQ(render_live_playlist(index, edge_of(2), link), render_playlist(index, link));
  EXPECT_EQ(render_live_playlist(index_of(2), {}, link), render_playlist(index_of(2), link));
}

TEST(LivePlaylist, AnIndexThatIsOlderOrNewerThanTheEdgeMakesNoHoleAndNothingTwice) {
  LiveEdge edge = edge_of(1);
  finish_segment(edge, segment(1));
  add_part(edge, segment(2), {200, 1000, Milliseconds(1000), true});
  for (const std::uint32_t known : {1u, 2u, 3u}) {
    const std::string text = render_live_playlist(index_of(known), edge, link);
    std::size_t at = 0;
    for (const char* file :
         {"\nhttps://host/seg-0.m4s", "\nhttps://host/seg-1.m4s", "https://host/seg-2.m4s"}) {
      const std::size_t found = text.find(file, at);
      ASSERT_NE(found, std::string::npos) << known << file << "\n" << text;
      at = found + 1;
    }
    EXPECT_EQ(text.find("\nhttps://host/seg-1.m4s"), text.rfind("\nhttps://host/seg-1.m4s")) << known;
  }
}

TEST(LivePlaylist, APartIsWaitedForUntilItIsThere) {
  const RecordingIndex index = index_of(2);
  const LiveEdge edge = edge_of(2);
  const auto has = [&](std::uint64_t wanted, std::optional<std::uint64_t> part) {
    return has_part(index, edge, {wanted, part});
  };
  EXPECT_TRUE(has(1, std::nullopt));
  EXPECT_TRUE(has(1, 9));
  EXPECT_TRUE(has(2, 1));
  EXPECT_FALSE(has(2, 2));
  EXPECT_FALSE(has(2, std::nullopt));
  EXPECT_FALSE(has(3, 0));
  EXPECT_TRUE(may_wait_for(index, edge, {4, 0}));
  EXPECT_FALSE(may_wait_for(index, edge, {6, 0}));
  RecordingIndex ended = index;
  ended.end = RecordingEnd{"finished", Milliseconds(8000)};
  EXPECT_TRUE(has_part(ended, edge, {900, 0}));
}

}  // namespace
}  // namespace greenroom::recorder
