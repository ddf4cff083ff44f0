// An index made anew from the files that it should name.
#pragma once

#include <string>

#include "base/error.hpp"
#include "recorder/archive.hpp"

namespace greenroom::recorder {

/// The segment of one file as its own head and fragments tell it, whole or torn; `size` counts its good
/// bytes. `directory` is open. Errors: not_found, io, too_large, protocol (nothing of ours, or not even one
/// fragment).
Result<Segment> read_segment_file(int directory, const std::string& name);

/// True for an index that is lost, or of which lines are missing in the middle: those that an encoder tears
/// are the last ones.
bool needs_rebuilding(const Result<RecordingIndex>& index);

/// Writes the index again, from every segment that lies in the directory, without an end. Not while an
/// encoder writes there. Blocks; for the blocking pool.
///
/// Errors: not_found (no segment lies there), conflict (the old one names more than can be read), io,
/// storage_full.
Result<RecordingIndex> rebuild_index(const std::string& directory);

}  // namespace greenroom::recorder
