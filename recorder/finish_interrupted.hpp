// Closing a recording whose encoder died before it could write its last line.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "recorder/archive.hpp"

namespace greenroom::recorder {

/// What must be appended to an index so that its recording counts as ended ("interrupted"); empty when it has
/// ended already. A torn line before it is cut off by a newline, so that it stays a line of its own.
std::string missing_end(const RecordingIndex& index);

/// Ends the recording in `directory`, unless it has ended, with what can be saved of its open segment
/// (salvage.hpp). Not while an encoder writes there. Blocks; for the blocking pool. Returns the index as it
/// is now.
///
/// Errors: not_found (nothing was recorded), io, storage_full, too_large.
Result<RecordingIndex> finish_interrupted(const std::string& directory);

/// The index of a recording that nobody writes any more; one that is lost or damaged is rebuilt from the
/// segments (rebuild_index.hpp) and ended. Blocks and fails as above.
Result<RecordingIndex> read_finished_index(const std::string& directory);

}  // namespace greenroom::recorder
