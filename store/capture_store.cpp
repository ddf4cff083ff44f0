#include "store/capture_store.hpp"

#include "base/ids.hpp"
#include "store/connection.hpp"

namespace greenroom::store {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
constexpr const char* insert_sql =
    "INSERT INTO captures (id, project_id, session_id, created_at, updated_at, said, found) "
    "VALUES (?, ?, nullif(?, ''), ?, ?, ?, ?)";

constexpr std::string_view select_sql =
    "SELECT id, project_id, coalesce(session_id, ''), created_at, updated_at, said, found FROM captures ";

std::string select_where(std::string_view condition) {
  return std::string(select_sql) + std::string(condition);
}

void insert_into(Connection& c, const CaptureRecord& record) {
  Query query = c.query(insert_sql);
  query.bind(record.id).bind(record.project_id).bind(record.session_id).bind(record.created_at);
  query.bind(record.updated_at).bind(record.said).bind(record.found).execute();
}

CaptureRecord read_capture(const Query& query) {
  CaptureRecord record;
  query.read(0, record.id);
  query.read(1, record.project_id);
  query.read(2, record.session_id);
  query.read(3, record.created_at);
  query.read(4, record.updated_at);
  query.read(5, record.said);
  query.read(6, record.found);
  return record;
}

Error no_capture(const std::string& id) { return Error{errc::not_found, "capture " + id}; }

bool is_taken(Connection& c, const std::string& id) {
  Query query = c.query("SELECT 1 FROM captures WHERE id = ?");
  return query.bind(id).next();
}

std::vector<CaptureRecord> without_capture(Connection& c, const std::string& project_id) {
  Query query = c.query(
      "SELECT id, created_at FROM sessions WHERE project_id = ? AND recorded = 1 "
      "AND NOT EXISTS (SELECT 1 FROM captures WHERE session_id = sessions.id)");
  query.bind(project_id);
  std::vector<CaptureRecord> records;
  while (query.next()) {
    CaptureRecord& record = records.emplace_back();
    record.project_id = project_id;
    query.read(0, record.session_id);
    query.read(1, record.created_at);
    record.updated_at = record.created_at;
  }
  return records;
}
}  // namespace

Task<Result<void>> CaptureStore::insert(CaptureRecord record) {
  auto job = [record = std::move(record)](Connection& c) -> Result<void> {
    insert_into(c, record);
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<void>> CaptureStore::adopt(std::string project_id) {
  auto job = [project_id = std::move(project_id)](Connection& c) -> Result<void> {
    // Mostly there is nothing to do, and then nothing is written.
    if (without_capture(c, project_id).empty()) return {};
    SQLite::Transaction transaction(c.raw(), SQLite::TransactionBehavior::IMMEDIATE);
    for (CaptureRecord& record : without_capture(c, project_id)) {
      do {
        record.id = base::make_short_id();
      } while (is_taken(c, record.id));
      insert_into(c, record);
    }
    transaction.commit();
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<std::vector<CaptureRecord>>> CaptureStore::list(std::string project_id) {
  auto job = [project_id = std::move(project_id)](Connection& c) -> Result<std::vector<CaptureRecord>> {
    Query query = c.query(select_where("WHERE project_id = ?"));
    query.bind(project_id);
    return query.all(read_capture);
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<CaptureRecord>> CaptureStore::find(std::string project_id, std::string id) {
  auto job = [project_id = std::move(project_id),
              id = std::move(id)](Connection& c) -> Result<CaptureRecord> {
    Query query = c.query(select_where("WHERE (id = ? OR session_id = ?) AND project_id = ?"));
    if (!query.bind(id).bind(id).bind(project_id).next()) return no_capture(id);
    return read_capture(query);
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<CaptureRecord>> CaptureStore::change(std::string id, std::string said, base::WallTime now) {
  auto job = [id = std::move(id), said = std::move(said), now](Connection& c) -> Result<CaptureRecord> {
    SQLite::Transaction transaction(c.raw(), SQLite::TransactionBehavior::IMMEDIATE);
    Query change = c.query(
        "UPDATE captures SET said = json_patch(said, ?), updated_at = max(?, updated_at + 1) WHERE id = ?");
    if (change.bind(said).bind(now).bind(id).execute() == 0) return no_capture(id);
    Query query = c.query(select_where("WHERE id = ?"));
    query.bind(id).next();
    CaptureRecord record = read_capture(query);
    transaction.commit();
    return record;
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<void>> CaptureStore::keep_found(std::string id, std::string found) {
  auto job = [id = std::move(id), found = std::move(found)](Connection& c) -> Result<void> {
    c.query("UPDATE captures SET found = ? WHERE id = ?").bind(found).bind(id).execute();
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<void>> CaptureStore::remove(std::string id) {
  auto job = [id = std::move(id)](Connection& c) -> Result<void> {
    if (c.query("DELETE FROM captures WHERE id = ?").bind(id).execute() == 0) return no_capture(id);
    c.empty_log();
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

}  // namespace greenroom::store
