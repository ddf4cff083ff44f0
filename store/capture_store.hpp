// Captures as rows: what is told of a recording beside its files, be it of a session here or only told of.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "store/database.hpp"

namespace greenroom::store {

struct CaptureRecord {
  std::string id;  ///< eight characters of A-Z and 0-9
  std::string project_id;
  std::string session_id;  ///< whose recording it is; empty: of none
  base::WallTime created_at;
  base::WallTime updated_at;
  std::string said = "{}";  ///< JSON object: what callers said of it
  std::string found;        ///< JSON text: what its recording says, once that is over; empty until then

  bool operator==(const CaptureRecord&) const = default;
};

/// Errors   besides the named ones, the faults of Database. Cancel: a started call runs to its end.
/// Lifetime the database outlives this.
class CaptureStore {
 public:
  explicit CaptureStore(Database& database) : database_(database) {}

  /// Errors: conflict (the id is taken, the session has one, or there is no such session).
  base::Task<base::Result<void>> insert(CaptureRecord record);
  /// Every recorded session of the project has one from now on; those that have keep theirs.
  base::Task<base::Result<void>> adopt(std::string project_id);
  /// In no order.
  base::Task<base::Result<std::vector<CaptureRecord>>> list(std::string project_id);
  /// By its own id or its session's. Errors: not_found.
  base::Task<base::Result<CaptureRecord>> find(std::string project_id, std::string id);
  /// Merges a JSON object into what was said; `updated_at` moves on, be the clock where it may.
  /// Errors: not_found.
  base::Task<base::Result<CaptureRecord>> change(std::string id, std::string said, base::WallTime now);
  /// Keeps what was found. `updated_at` stays. No error if there is no such capture.
  base::Task<base::Result<void>> keep_found(std::string id, std::string found);
  /// Written over, so that the store's file does not keep it. Errors: not_found.
  base::Task<base::Result<void>> remove(std::string id);

 private:
  Database& database_;
};

}  // namespace greenroom::store
