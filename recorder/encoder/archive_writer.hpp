// Puts encoded pictures on the disk so that a crash at any moment leaves whole, named, indexed segments.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "recorder/archive.hpp"
#include "recorder/control.hpp"
#include "recorder/mp4_writer.hpp"

namespace greenroom::recorder::encoder {

/// Writes one recording into an open directory.
///
/// A segment is written under a temporary name in fragments of about a second, synced, renamed, and only then
/// named in the index. Every Result may be storage_full or io; the writer is then of no more use, and
/// abandon() tidies up.
/// Units    `at`: since the recording's time 0; never less than in the call before.
/// Lifetime the directory's descriptor outlives this.
class ArchiveWriter {
 public:
  /// Told of each piece of the open segment that is in its file.
  using OnPart = std::function<void(const EncoderPart&)>;

  ArchiveWriter(int directory, WallTime started_at, OnPart on_part)
      : directory_(directory), started_at_(started_at), on_part_(std::move(on_part)) {}

  /// Creates the index. Errors also: conflict (there is a recording already).
  Result<void> create();
  /// Goes on with a recording whose writer died. Returns its length so far. Errors also: not_found (there is
  /// none), conflict (it has ended).
  Result<Milliseconds> resume();

  /// Writes a new init file; the next segment needs it. Not while a segment is open.
  Result<void> use_config(const VideoConfig& config);

  Result<void> begin_segment(Milliseconds at);
  bool has_open_segment() const { return static_cast<bool>(file_); }
  /// Adds a picture that is shown from `at` on; the one before it was shown until then.
  Result<void> add(std::string_view bytes, bool is_key, Milliseconds at);
  /// A picture is wanted then at the latest, so that the pieces of a segment have the length that players
  /// were promised. Only while a segment is open.
  Milliseconds fragment_due() const { return fragment_start_ + longest_fragment; }
  /// Ends the open segment, whose last picture is held until `at`.
  Result<Segment> finish_segment(Milliseconds at);
  /// Writes the index's last line.
  Result<void> write_end(const RecordingEnd& end);

  /// Removes the unfinished segment, after an error.
  void abandon();

 private:
  Result<void> write_file(const std::string& name, std::string_view bytes);
  Result<void> append_to_index(const std::string& line);
  Result<void> write_fragment();
  Result<void> rename_partial(const std::string& name);

  static constexpr Milliseconds longest_fragment{1000};

  int directory_;
  WallTime started_at_;
  OnPart on_part_;
  base::UniqueFd index_;
  std::uint32_t inits_ = 0;
  std::uint32_t segments_ = 0;
  std::uint32_t fragments_ = 0;
  VideoConfig config_;
  bool config_is_new_ = false;

  base::UniqueFd file_;  // the open segment
  Segment segment_;
  std::vector<SampleInfo> samples_;  // of the open fragment; the last one's duration is not known yet
  std::string data_;                 // their bytes
  Milliseconds fragment_start_{};
  Milliseconds last_picture_{};
};

}  // namespace greenroom::recorder::encoder
