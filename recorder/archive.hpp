// A recording on the disk: the lines of its index, which is the one truth about which files belong to it.
// Knows nothing of pictures, processes or HTTP.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"

namespace greenroom::recorder {

using base::Bytes;
using base::errc;
using base::Error;
using base::Milliseconds;
using base::Result;
using base::WallTime;

/// The index's name in its recording's directory; one JSON object a line, only ever appended to.
inline constexpr const char* index_file_name = "index.jsonl";

/// A file that is still being written has it behind its name.
inline constexpr const char* open_file_suffix = ".partial";

/// How much of a recording its segments hold, unless the settings say otherwise.
inline constexpr Milliseconds usual_segment{8000};

/// The longest that a segment of that aim becomes: a moving page ends its segment with a picture of its own,
/// a still one an eighth later.
constexpr Milliseconds longest_segment(Milliseconds aim) { return aim + aim / 8; }

/// One finished segment: written, synced and renamed before its line was.
struct Segment {
  std::string file;      ///< "seg-3.m4s"
  std::string init;      ///< "init-1.mp4": what a player needs before it
  Milliseconds start{};  ///< since the recording's start
  Milliseconds duration{};
  WallTime wall{};  ///< what the wall clock said at `start`
  Bytes size;
  int width = 0;   ///< pixels
  int height = 0;  ///< pixels
  std::int64_t frames = 0;
  bool is_discontinuity = false;  ///< its pictures or its clock do not continue those of the segment before
  bool operator==(const Segment&) const = default;
};

/// The last line of a recording that nobody writes any more.
struct RecordingEnd {
  std::string reason;  ///< "finished", "display_closed", "control_closed", "interrupted"
  Milliseconds duration{};
  bool operator==(const RecordingEnd&) const = default;
};

/// What the index says.
struct RecordingIndex {
  std::vector<Segment> segments;
  std::optional<RecordingEnd> end;
  std::size_t skipped_lines = 0;   ///< torn, or not a line of ours
  bool ends_in_torn_line = false;  ///< the last byte is no newline

  /// From the recording's start to the end of its last segment.
  Milliseconds duration() const;
  bool operator==(const RecordingIndex&) const = default;
};

/// "seg-" or "init-", one to nine digits, ".m4s" or ".mp4": no other name is ever opened.
bool is_segment_name(std::string_view name);
bool is_init_name(std::string_view name);
std::string segment_name(std::uint32_t number);
std::string init_name(std::uint32_t number);

/// Reads whatever can be read: a line that is torn, foreign, out of order or after the end is skipped and
/// counted. Never fails.
RecordingIndex parse_index(std::string_view text);

/// One line each, with its newline.
std::string to_line(const Segment& segment);
std::string to_line(const RecordingEnd& end);

/// One JSON object as in an index line. Errors: protocol.
Result<Segment> parse_segment_line(std::string_view line);

/// The index of the recording in `directory`. Blocks for a small file. Errors: not_found, io, too_large.
Result<RecordingIndex> read_index(const std::string& directory);

}  // namespace greenroom::recorder
