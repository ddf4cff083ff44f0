#include "store/file_store.hpp"

#include "store/connection.hpp"

namespace greenroom::store {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
constexpr const char* insert_sql =
    "INSERT INTO files (id, project_id, session_id, source, name, stored_name, mime_type, size, checksum, "
    "crc, created_at) VALUES (?, ?, nullif(?, ''), ?, ?, ?, ?, ?, ?, ?, ?)";

constexpr std::string_view select_sql =
    "SELECT id, project_id, coalesce(session_id, ''), source, name, stored_name, mime_type, size, checksum, "
    "crc, created_at FROM files ";

// What is not asked for is bound as NULL.
constexpr std::string_view filter_sql =
    "WHERE project_id = ? AND coalesce(session_id, '') = ? AND source = coalesce(nullif(?, ''), source) "
    "AND (? = 0 OR name = ?) AND (? = 0 OR mime_type = ?) AND size BETWEEN ? AND ? AND created_at BETWEEN ? "
    "AND ? "
    "ORDER BY created_at, rowid";

std::string select_where(std::string_view condition) {
  return std::string(select_sql) + std::string(condition);
}

void insert_into(Connection& c, const FileRecord& record) {
  Query query = c.query(insert_sql);
  query.bind(record.id).bind(record.project_id).bind(record.session_id).bind(record.source);
  query.bind(record.name).bind(record.stored_name).bind(record.mime_type).bind(record.size);
  query.bind(record.checksum).bind(record.crc).bind(record.created_at).execute();
}

FileRecord read_record(const Query& query) {
  FileRecord record;
  query.read(0, record.id);
  query.read(1, record.project_id);
  query.read(2, record.session_id);
  query.read(3, record.source);
  query.read(4, record.name);
  query.read(5, record.stored_name);
  query.read(6, record.mime_type);
  query.read(7, record.size);
  query.read(8, record.checksum);
  query.read(9, record.crc);
  query.read(10, record.created_at);
  return record;
}

std::int64_t milliseconds_of(const std::optional<base::WallTime>& time, std::int64_t otherwise) {
  return time ? std::int64_t{time->time_since_epoch().count()} : otherwise;
}
}  // namespace

Task<Result<void>> FileStore::insert(FileRecord record) {
  auto job = [record = std::move(record)](Connection& c) -> Result<void> {
    insert_into(c, record);
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<std::optional<FileRecord>>> FileStore::replace(FileRecord record) {
  auto job = [record = std::move(record)](Connection& c) -> Result<std::optional<FileRecord>> {
    SQLite::Transaction transaction(c.raw(), SQLite::TransactionBehavior::IMMEDIATE);
    std::optional<FileRecord> before;
    {
      Query query = c.query(select_where(
          "WHERE project_id = ? AND coalesce(session_id, '') = ? AND source = ? AND stored_name = ?"));
      query.bind(record.project_id).bind(record.session_id).bind(record.source).bind(record.stored_name);
      if (query.next()) before = read_record(query);
    }
    if (before) c.query("DELETE FROM files WHERE id = ?").bind(before->id).execute();
    insert_into(c, record);
    transaction.commit();
    return before;
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<std::vector<FileRecord>>> FileStore::list(FileFilter filter) {
  auto job = [filter = std::move(filter)](Connection& c) -> Result<std::vector<FileRecord>> {
    Query query = c.query(select_where(filter_sql));
    query.bind(filter.project_id).bind(filter.session_id).bind(filter.source.value_or(""));
    query.bind(filter.name.has_value()).bind(filter.name.value_or(""));
    query.bind(filter.mime_type.has_value()).bind(filter.mime_type.value_or(""));
    query.bind(filter.least.value_or(0)).bind(filter.most.value_or(INT64_MAX));
    query.bind(milliseconds_of(filter.after, INT64_MIN)).bind(milliseconds_of(filter.before, INT64_MAX));
    return query.all(read_record);
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<std::vector<FileRecord>>> FileStore::all() {
  auto job = [](Connection& c) -> Result<std::vector<FileRecord>> {
    Query query = c.query(select_sql);
    return query.all(read_record);
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<FileRecord>> FileStore::find(std::string project_id, std::string id) {
  auto job = [project_id = std::move(project_id), id = std::move(id)](Connection& c) -> Result<FileRecord> {
    Query query = c.query(select_where("WHERE id = ? AND project_id = ?"));
    if (!query.bind(id).bind(project_id).next()) return Error{errc::not_found, "file"};
    return read_record(query);
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<void>> FileStore::remove(std::string id) {
  auto job = [id = std::move(id)](Connection& c) -> Result<void> {
    if (c.query("DELETE FROM files WHERE id = ?").bind(id).execute() == 0)
      return Error{errc::not_found, "file"};
    c.empty_log();
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

}  // namespace greenroom::store
