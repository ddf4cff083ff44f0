// The few MP4 boxes that a recording needs, written by hand: one H.264 track, no audio, milliseconds as the
// clock. Pure: bytes in, bytes out (ISO/IEC 14496-12 and -15).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace greenroom::recorder {

/// What a decoder must know before the first picture.
struct VideoConfig {
  int width = 0;                 ///< pixels
  int height = 0;                ///< pixels
  std::string sps;               ///< one NAL unit, without length or start code
  std::vector<std::string> pps;  ///< likewise, each
  bool is_full_range = false;    ///< brightness uses the whole byte, as in a JPEG
  bool operator==(const VideoConfig&) const = default;
};

/// One picture's place in a track.
struct SampleInfo {
  std::uint32_t duration_ms = 0;
  std::uint32_t size = 0;  ///< bytes
  bool is_key = false;
  bool operator==(const SampleInfo&) const = default;
};

/// ftyp and moov of a fragmented track; fragments follow in files of their own.
std::string write_init(const VideoConfig& config);

/// What begins a segment's file: its type, and a box that players skip. `note` is what must be known of the
/// segment should its writer die before it is finished.
std::string write_segment_head(std::string_view note);

/// moof and the head of mdat; the samples' bytes, in order, come right behind it.
///
/// Units `base_ms`: decode time of the first sample since the recording's start.
std::string write_fragment_head(std::uint32_t sequence, std::uint64_t base_ms,
                                std::span<const SampleInfo> samples);

/// A plain MP4's tables.
struct MovieTables {
  VideoConfig config;                   ///< of the first picture; width and height of the largest
  bool has_parameters_in_band = false;  ///< avc3: sizes change, so every key picture brings its own
  std::vector<SampleInfo> samples;
  std::vector<std::uint32_t> samples_in_chunk;  ///< chunks lie one behind the other
};

/// ftyp, moov and the head of mdat: what comes before the samples' bytes in a file that plays while it loads.
std::string write_movie_head(const MovieTables& tables);

}  // namespace greenroom::recorder
