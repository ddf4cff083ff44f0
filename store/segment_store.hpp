// The segments of recordings as rows: what is known of them without their files, and how much room they take.
#pragma once

#include <string>
#include <vector>

#include "store/database.hpp"

namespace greenroom::store {

/// One finished segment. The words and numbers are the recorder's; this folder only stores them.
struct SegmentRecord {
  std::string file;
  std::string init;
  std::int64_t start_ms = 0;  ///< since the recording's start
  std::int64_t duration_ms = 0;
  std::int64_t wall_ms = 0;  ///< since 1970, UTC, at its start
  std::int64_t bytes = 0;
  int width = 0;
  int height = 0;
  std::int64_t frames = 0;
  bool is_discontinuity = false;

  bool operator==(const SegmentRecord&) const = default;
};

/// Errors   besides the named ones, the faults of Database. Cancel: a started call runs to its end.
/// Lifetime the database outlives this.
class SegmentStore {
 public:
  explicit SegmentStore(Database& database) : database_(database) {}

  /// Adds a segment; one of the same file is replaced. Errors: conflict (no such session).
  base::Task<base::Result<void>> put(std::string session_id, SegmentRecord record);
  /// All segments of a session are these from now on. Errors: conflict (no such session).
  base::Task<base::Result<void>> replace(std::string session_id, std::vector<SegmentRecord> records);
  /// In the order of time; empty for an unknown session.
  base::Task<base::Result<std::vector<SegmentRecord>>> list(std::string session_id);
  /// No error if there are none.
  base::Task<base::Result<void>> erase(std::string session_id);

 private:
  Database& database_;
};

}  // namespace greenroom::store
