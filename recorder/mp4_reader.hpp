// Reads back the MP4 files that a recording consists of. Every offset is checked: a file may be cut or
// foreign.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "recorder/mp4_writer.hpp"

namespace greenroom::recorder {

/// One sample of a segment, and where its bytes lie in the segment's file.
struct PlacedSample {
  SampleInfo info;
  std::size_t offset = 0;
  bool operator==(const PlacedSample&) const = default;
};

/// The decoder's parameters of an init file. Errors: protocol.
base::Result<VideoConfig> read_init(std::string_view file);

/// Every sample of a segment's file, in order. Errors: protocol.
base::Result<std::vector<PlacedSample>> read_samples(std::string_view file);

/// What can be saved of a segment whose writer died in the middle of it.
struct Torn {
  std::string_view note;  ///< as given to write_segment_head()
  std::size_t size = 0;   ///< bytes, from the file's beginning, that are whole
  std::uint32_t duration_ms = 0;
  std::int64_t frames = 0;
};

/// The whole fragments at the beginning of a segment's file. Errors: protocol (not even one).
base::Result<Torn> read_torn(std::string_view file);

}  // namespace greenroom::recorder
