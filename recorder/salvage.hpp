// What an encoder had written of its open segment when it died.
#pragma once

#include <string>

#include "base/error.hpp"
#include "recorder/archive.hpp"

namespace greenroom::recorder {

/// Turns the whole fragments of an unfinished segment into a finished one, with its line in the index, and
/// removes what is left of unfinished files: of a recording whose encoder died, at most one fragment is lost.
/// Not while an encoder writes there. Blocks; for the blocking pool. Returns the index as it is now.
///
/// Errors: not_found (nothing was recorded), io, storage_full, too_large.
Result<RecordingIndex> salvage(const std::string& directory);

}  // namespace greenroom::recorder
