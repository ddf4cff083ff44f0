#include <gtest/gtest.h>

#include "recorder/mp4_reader.hpp"
#include "recorder/mp4_writer.hpp"

namespace greenroom::recorder {
namespace {

VideoConfig config() {
  return {1280,
          720,
          std::string("\x67\x64\x00\x1f\xac", 5),
          {std::string("\x68\xee", 2), std::string("\x68\x51\xee", 3)}};
}

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t n = 0;
  for (const char c : bytes.substr(0, 4)) n = n << 8 | static_cast<unsigned char>(c);
  return n;
}

/// A segment of two fragments whose pictures are "AAAA", "BB" and "CCC".
std::string segment_file() {
  const std::vector<SampleInfo> first{{100, 4, true}, {900, 2, false}};
  const std::vector<SampleInfo> second{{3000, 3, false}};
  return write_segment_head("a note\n") + write_fragment_head(1, 8000, first) + "AAAABB" +
         write_fragment_head(2, 9000, second) + "CCC";
}

TEST(Mp4, AnInitFileIsReadBack) {
  const auto read = read_init(write_init(config()));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, config());
}

TEST(Mp4, ASegmentsSamplesAreFoundWhereTheirBytesAre) {
  const std::string file = segment_file();
  const auto samples = read_samples(file);
  ASSERT_TRUE(samples);
  ASSERT_EQ(samples->size(), 3u);
  const auto bytes = [&](std::size_t i) {
    return file.substr((*samples)[i].offset, (*samples)[i].info.size);
  };
  EXPECT_EQ(bytes(0), "AAAA");
  EXPECT_EQ(bytes(1), "BB");
  EXPECT_EQ(bytes(2), "CCC");
  const SampleInfo key{100, 4, true};
  const SampleInfo held{3000, 3, false};
  EXPECT_EQ((*samples)[0].info, key);
  EXPECT_EQ((*samples)[2].info, held);
}

TEST(Mp4, AFileThatIsCutAnywhereIsAnErrorAndNoCrash) {
  const std::string file = segment_file();
  const std::string first_fragment_only = file.substr(0, file.size() - 3);
  for (std::size_t length = 0; length < file.size(); ++length) {
    const auto samples = read_samples(file.substr(0, length));
    for (const PlacedSample& sample : samples ? *samples : std::vector<PlacedSample>())
      EXPECT_LE(sample.offset + sample.info.size, length);
  }
  EXPECT_FALSE(read_samples(first_fragment_only));
  const std::string init = write_init(config());
  for (std::size_t length = 0; length < 600 && length < init.size(); ++length)
    (void)read_init(init.substr(0, length));
  EXPECT_FALSE(read_init(""));
  EXPECT_FALSE(read_init(file));
}

TEST(Mp4, AnInitFileKeepsTheRangeOfBrightness) {
  VideoConfig full = config();
  full.is_full_range = true;
  EXPECT_EQ(read_init(write_init(full)).value(), full);
}

TEST(Mp4, OfATornSegmentTheWholeFragmentsAreSaved) {
  const std::string file = segment_file();
  const std::size_t first_end = file.find("AAAABB") + 6;
  for (std::size_t length = 0; length <= file.size(); ++length) {
    const auto torn = read_torn(std::string_view(file).substr(0, length));
    ASSERT_EQ(torn.has_value(), length >= first_end) << length;
    if (!torn) continue;
    EXPECT_EQ(torn->note, "a note\n");
    EXPECT_EQ(torn->size, length == file.size() ? length : first_end);
    EXPECT_EQ(torn->duration_ms, length == file.size() ? 4000u : 1000u);
    EXPECT_EQ(torn->frames, length == file.size() ? 3 : 2);
  }
}

TEST(Mp4, AMoviesFirstOffsetPointsAtItsFirstPicture) {
  MovieTables tables;
  tables.config = config();
  tables.samples = {{100, 4, true}, {900, 2, false}, {3000, 3, true}};
  tables.samples_in_chunk = {2, 1};
  const std::string head = write_movie_head(tables);
  const std::size_t co64 = head.find("co64");
  ASSERT_NE(co64, std::string::npos);
  // type, version and flags, count, then 64 bits each
  EXPECT_EQ(big_endian(head.substr(co64 + 8)), 2u);
  EXPECT_EQ(big_endian(head.substr(co64 + 16)), head.size());
  EXPECT_EQ(big_endian(head.substr(co64 + 24)), head.size() + 6);
  EXPECT_TRUE(head.substr(head.size() - 12).starts_with("mdat"));
}

TEST(Mp4, AMovieWhoseSizeChangesSaysThatParametersAreInBand) {
  MovieTables tables;
  tables.config = config();
  tables.samples = {{100, 4, true}};
  tables.samples_in_chunk = {1};
  EXPECT_EQ(write_movie_head(tables).find("avc3"), std::string::npos);
  tables.has_parameters_in_band = true;
  EXPECT_NE(write_movie_head(tables).find("avc3"), std::string::npos);
}

}  // namespace
}  // namespace greenroom::recorder
