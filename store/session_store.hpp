// Sessions as rows: what is still known about one after its browser, or the daemon, has gone.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "store/database.hpp"

namespace greenroom::store {

/// One row. The words are the session core's; this folder only stores them.
struct SessionRecord {
  std::string id;  ///< UUID
  std::string project_id;
  base::WallTime created_at;
  base::WallTime started_at;
  base::WallTime updated_at;
  base::WallTime expires_at;
  std::optional<base::WallTime> ended_at;
  std::string state = "starting";  ///< "starting", "running", "ending" or "ended"; nothing else is stored
  std::string end_reason;          ///< empty until it has ended
  bool keep_alive = false;
  std::string region;
  std::string user_metadata;  ///< JSON text, or empty when none was given
  std::string dialect;        ///< through which API it was made
  int viewport_width = 0;     ///< CSS pixels
  int viewport_height = 0;
  bool headless = false;
  bool recorded = false;
  bool logged = false;
  std::string recording_state;
  std::string recording_error;
  std::int64_t proxy_bytes = 0;
  std::string spec;  ///< JSON text for what later versions add

  bool operator==(const SessionRecord&) const = default;
};

struct SessionFilter {
  std::optional<std::string> state;
  bool unfinished = false;                ///< only rows that have not ended
  std::vector<std::string> end_reasons;   ///< any of these; empty: all
  std::optional<std::string> project_id;  ///< none: of all projects
  std::vector<std::string>
      metadata_path;           ///< keys into user_metadata, outermost first; empty: no such filter
  std::string metadata_value;  ///< what stands there must be this string
  std::string before;          ///< the id of the last row of the page before; empty: from the newest
  std::size_t offset = 0;      ///< rows to leave out at the newest end
  std::size_t limit = 100;
};

/// What retention needs of a session.
struct EndedSession {
  std::string id;
  base::WallTime ended_at;
};

struct Usage {
  std::int64_t minutes = 0;  ///< each session rounded up, and at least one
  std::int64_t proxy_bytes = 0;
};

/// Errors   besides the named ones, the faults of Database. Cancel: a started call runs to its end.
/// Lifetime the database outlives this.
class SessionStore {
 public:
  explicit SessionStore(Database& database) : database_(database) {}

  /// Errors: conflict (the id is taken, or the state is none of the four).
  base::Task<base::Result<void>> insert(SessionRecord record);
  /// Replaces the whole row. Errors: not_found; conflict as above.
  base::Task<base::Result<void>> update(SessionRecord record);
  /// Errors: not_found.
  base::Task<base::Result<SessionRecord>> find(std::string id);
  /// Newest first.
  base::Task<base::Result<std::vector<SessionRecord>>> list(SessionFilter filter);
  /// How many rows list() would find without its limit, offset and `before`.
  base::Task<base::Result<std::size_t>> count(SessionFilter filter);
  /// Every row that has not ended, oldest first: what a start-up must reconcile.
  base::Task<base::Result<std::vector<SessionRecord>>> unfinished();
  base::Task<base::Result<std::map<std::string, std::int64_t>>> count_by_state();
  /// Every ended session, oldest end first.
  base::Task<base::Result<std::vector<EndedSession>>> ended();
  /// The row, its timeline and its segments, written over so that the store's file does not keep them.
  /// Errors: not_found.
  base::Task<base::Result<void>> remove(std::string id);
  /// Sessions that still run count up to `now`.
  base::Task<base::Result<Usage>> usage(std::string project_id, base::WallTime now);

 private:
  Database& database_;
};

}  // namespace greenroom::store
