// What happened in a session, in its order: the one log from which every provider's logs are rendered.
#pragma once

#include <string>
#include <vector>

#include "store/database.hpp"

namespace greenroom::store {

struct TimelineEvent {
  std::int64_t seq = 0;    ///< 1, 2, 3, … within its session; chosen by the writer
  std::int64_t at_ms = 0;  ///< milliseconds since 1970, UTC
  int page_index = 0;
  std::string target;  ///< CDP target id
  std::string method;  ///< CDP method, or a word of our own
  std::string params;  ///< JSON text, secrets already masked

  bool operator==(const TimelineEvent&) const = default;
};

/// Errors   besides the named ones, the faults of Database. Cancel: a started call runs to its end.
/// Lifetime the database outlives this.
class TimelineStore {
 public:
  explicit TimelineStore(Database& database) : database_(database) {}

  /// All of the batch or nothing. Errors: conflict (a seq is taken, or there is no such session).
  base::Task<base::Result<void>> append(std::string session_id, std::vector<TimelineEvent> batch);
  /// At most `limit` events with a seq above `after_seq`, in order; empty for an unknown session.
  base::Task<base::Result<std::vector<TimelineEvent>>> read(std::string session_id, std::int64_t after_seq,
                                                            std::size_t limit);
  /// As read(), of the words of our own only: those that begin with a small letter.
  base::Task<base::Result<std::vector<TimelineEvent>>> read_markers(std::string session_id,
                                                                    std::int64_t after_seq,
                                                                    std::size_t limit);
  /// Removes a session's events. No error if there are none.
  base::Task<base::Result<void>> erase(std::string session_id);

 private:
  Database& database_;
};

}  // namespace greenroom::store
