#include "store/timeline_store.hpp"

#include "store/connection.hpp"

namespace greenroom::store {

using base::Result;
using base::Task;

Task<Result<void>> TimelineStore::append(std::string session_id, std::vector<TimelineEvent> batch) {
  auto job = [session_id = std::move(session_id), batch = std::move(batch)](Connection& c) -> Result<void> {
    SQLite::Transaction transaction(c.raw(), SQLite::TransactionBehavior::IMMEDIATE);
    for (const TimelineEvent& event : batch) {
      Query query = c.query(
          "INSERT INTO timeline (session_id, seq, at_ms, page_index, target, method, params) "
          "VALUES (?, ?, ?, ?, ?, ?, ?)");
      query.bind(session_id).bind(event.seq).bind(event.at_ms).bind(event.page_index);
      query.bind(event.target).bind(event.method).bind(event.params).execute();
    }
    transaction.commit();
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

namespace {
Task<Result<std::vector<TimelineEvent>>> read_where(Database& database, const char* sql,
                                                    std::string session_id, std::int64_t after_seq,
                                                    std::size_t limit) {
  auto job = [sql, session_id = std::move(session_id), after_seq,
              limit](Connection& c) -> Result<std::vector<TimelineEvent>> {
    Query query = c.query(sql);
    query.bind(session_id).bind(after_seq).bind(static_cast<std::int64_t>(limit));
    std::vector<TimelineEvent> events;
    while (query.next()) {
      TimelineEvent& event = events.emplace_back();
      query.read(0, event.seq);
      query.read(1, event.at_ms);
      query.read(2, event.page_index);
      query.read(3, event.target);
      query.read(4, event.method);
      query.read(5, event.params);
    }
    return events;
  };
  co_return co_await database.run(std::move(job));
}
}  // namespace

Task<Result<std::vector<TimelineEvent>>> TimelineStore::read(std::string session_id, std::int64_t after_seq,
                                                             std::size_t limit) {
  return read_where(database_,
                    "SELECT seq, at_ms, page_index, target, method, params FROM timeline "
                    "WHERE session_id = ? AND seq > ? ORDER BY seq LIMIT ?",
                    std::move(session_id), after_seq, limit);
}

Task<Result<std::vector<TimelineEvent>>> TimelineStore::read_markers(std::string session_id,
                                                                     std::int64_t after_seq,
                                                                     std::size_t limit) {
  return read_where(database_,
                    "SELECT seq, at_ms, page_index, target, method, params FROM timeline "
                    "WHERE session_id = ? AND seq > ? AND method GLOB '[a-z]*' ORDER BY seq LIMIT ?",
                    std::move(session_id), after_seq, limit);
}

Task<Result<void>> TimelineStore::erase(std::string session_id) {
  auto job = [session_id = std::move(session_id)](Connection& c) -> Result<void> {
    c.query("DELETE FROM timeline WHERE session_id = ?").bind(session_id).execute();
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

}  // namespace greenroom::store
