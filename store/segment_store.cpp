#include "store/segment_store.hpp"

#include "store/connection.hpp"

namespace greenroom::store {

using base::Result;
using base::Task;

namespace {
void insert(Connection& c, const std::string& session_id, const SegmentRecord& record) {
  Query query = c.query(
      "INSERT OR REPLACE INTO segments (session_id, file, init, start_ms, duration_ms, wall_ms, bytes, "
      "width, "
      "height, frames, discontinuity) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  query.bind(session_id).bind(record.file).bind(record.init).bind(record.start_ms).bind(record.duration_ms);
  query.bind(record.wall_ms).bind(record.bytes).bind(record.width).bind(record.height).bind(record.frames);
  query.bind(record.is_discontinuity).execute();
}

void remove_all(Connection& c, const std::string& session_id) {
  c.query("DELETE FROM segments WHERE session_id = ?").bind(session_id).execute();
}
}  // namespace

Task<Result<void>> SegmentStore::put(std::string session_id, SegmentRecord record) {
  auto job = [session_id = std::move(session_id), record = std::move(record)](Connection& c) -> Result<void> {
    insert(c, session_id, record);
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<void>> SegmentStore::replace(std::string session_id, std::vector<SegmentRecord> records) {
  auto job = [session_id = std::move(session_id),
              records = std::move(records)](Connection& c) -> Result<void> {
    SQLite::Transaction transaction(c.raw(), SQLite::TransactionBehavior::IMMEDIATE);
    remove_all(c, session_id);
    for (const SegmentRecord& record : records) insert(c, session_id, record);
    transaction.commit();
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<std::vector<SegmentRecord>>> SegmentStore::list(std::string session_id) {
  auto job = [session_id = std::move(session_id)](Connection& c) -> Result<std::vector<SegmentRecord>> {
    Query query = c.query(
        "SELECT file, init, start_ms, duration_ms, wall_ms, bytes, width, height, frames, discontinuity "
        "FROM segments WHERE session_id = ? ORDER BY start_ms");
    query.bind(session_id);
    std::vector<SegmentRecord> records;
    while (query.next()) {
      SegmentRecord& record = records.emplace_back();
      query.read(0, record.file);
      query.read(1, record.init);
      query.read(2, record.start_ms);
      query.read(3, record.duration_ms);
      query.read(4, record.wall_ms);
      query.read(5, record.bytes);
      query.read(6, record.width);
      query.read(7, record.height);
      query.read(8, record.frames);
      query.read(9, record.is_discontinuity);
    }
    return records;
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<void>> SegmentStore::erase(std::string session_id) {
  auto job = [session_id = std::move(session_id)](Connection& c) -> Result<void> {
    remove_all(c, session_id);
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

}  // namespace greenroom::store
