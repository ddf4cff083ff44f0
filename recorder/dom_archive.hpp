// What pages looked like as events (rrweb's), on the disk: lines of JSON in files of bounded size, only
// appended to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace greenroom::recorder {

/// The event recording of one session. Every call blocks: for the blocking pool.
///
/// A file holds at most about 4 MiB, so that a bad block costs little; a line is {"tab":N,"event":{…}}.
class DomArchive {
 public:
  /// `directory` is of this recording alone; made when something is appended.
  DomArchive(std::string directory, base::Bytes limit) : directory_(std::move(directory)), limit_(limit) {}

  /// Appends events, one a line without a final newline, all of one tab. What is no object is left out.
  /// Errors: limit_reached (the recording is as large as it may be), storage_full, io.
  base::Result<void> append(int tab, std::string_view events);

  base::Bytes size() const { return size_; }

 private:
  std::string directory_;
  base::Bytes limit_;
  base::Bytes size_;       // of all files
  base::Bytes file_size_;  // of the last one
  std::uint32_t file_ = 0;
};

/// A tab that is no number: the first one of which there is something to play.
inline constexpr int first_tab_with_pictures = -1;

/// The events of one tab in their order as a JSON array's text, each with `extra` ("\"sessionId\":\"…\",")
/// put before its own members. "[]" when there are none. A torn last line is left out. Blocks. Errors: io,
/// too_large (256 MiB).
base::Result<std::string> read_dom_events(const std::string& directory, int tab, std::string_view extra);

}  // namespace greenroom::recorder
