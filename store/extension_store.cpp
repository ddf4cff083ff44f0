#include "store/extension_store.hpp"

#include "store/connection.hpp"

namespace greenroom::store {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
constexpr std::string_view select_sql =
    "SELECT id, project_id, hash, name, version, file_name, size, created_at, updated_at FROM extensions ";

std::string select_where(std::string_view condition) {
  return std::string(select_sql) + std::string(condition);
}

ExtensionRecord read_record(const Query& query) {
  ExtensionRecord record;
  query.read(0, record.id);
  query.read(1, record.project_id);
  query.read(2, record.hash);
  query.read(3, record.name);
  query.read(4, record.version);
  query.read(5, record.file_name);
  query.read(6, record.size);
  query.read(7, record.created_at);
  query.read(8, record.updated_at);
  return record;
}

Result<ExtensionRecord> find_in(Connection& c, const std::string& project_id, const std::string& id) {
  Query query = c.query(select_where("WHERE id = ? AND project_id = ?"));
  if (!query.bind(id).bind(project_id).next()) return Error{errc::not_found, "Extension not found"};
  return read_record(query);
}
}  // namespace

Task<Result<void>> ExtensionStore::insert(ExtensionRecord record, std::int64_t most) {
  auto job = [record = std::move(record), most](Connection& c) -> Result<void> {
    SQLite::Transaction transaction(c.raw(), SQLite::TransactionBehavior::IMMEDIATE);
    std::int64_t count = 0;
    {
      Query query = c.query("SELECT count(*) FROM extensions WHERE project_id = ?");
      query.bind(record.project_id).next();
      query.read(0, count);
    }
    if (count >= most)
      return Error{errc::conflict,
                   "a project may have " + std::to_string(most) + " extensions; delete some first"};
    Query query = c.query(
        "INSERT INTO extensions (id, project_id, hash, name, version, file_name, size, created_at, "
        "updated_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query.bind(record.id).bind(record.project_id).bind(record.hash).bind(record.name).bind(record.version);
    query.bind(record.file_name).bind(record.size).bind(record.created_at).bind(record.updated_at).execute();
    transaction.commit();
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<ExtensionRecord>> ExtensionStore::replace(ExtensionRecord record) {
  auto job = [record = std::move(record)](Connection& c) -> Result<ExtensionRecord> {
    SQLite::Transaction transaction(c.raw(), SQLite::TransactionBehavior::IMMEDIATE);
    Query query = c.query(
        "UPDATE extensions SET hash = ?, name = ?, version = ?, file_name = ?, size = ?, "
        "updated_at = max(?, updated_at + 1) WHERE id = ? AND project_id = ?");
    query.bind(record.hash).bind(record.name).bind(record.version).bind(record.file_name).bind(record.size);
    query.bind(record.updated_at).bind(record.id).bind(record.project_id).execute();
    auto now = find_in(c, record.project_id, record.id);
    if (now) transaction.commit();
    return now;
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<ExtensionRecord>> ExtensionStore::find(std::string project_id, std::string id) {
  auto job = [project_id = std::move(project_id), id = std::move(id)](Connection& c) {
    return find_in(c, project_id, id);
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<std::vector<ExtensionRecord>>> ExtensionStore::list(std::string project_id) {
  auto job = [project_id = std::move(project_id)](Connection& c) -> Result<std::vector<ExtensionRecord>> {
    Query query = c.query(select_where("WHERE project_id = ? ORDER BY created_at DESC, id"));
    query.bind(project_id);
    return query.all(read_record);
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<ExtensionRecord>> ExtensionStore::remove(std::string project_id, std::string id) {
  auto job = [project_id = std::move(project_id),
              id = std::move(id)](Connection& c) -> Result<ExtensionRecord> {
    SQLite::Transaction transaction(c.raw(), SQLite::TransactionBehavior::IMMEDIATE);
    auto found = find_in(c, project_id, id);
    if (!found) return found;
    c.query("DELETE FROM extensions WHERE id = ?").bind(id).execute();
    transaction.commit();
    return found;
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<bool>> ExtensionStore::has_hash(std::string hash) {
  auto job = [hash = std::move(hash)](Connection& c) -> Result<bool> {
    Query query = c.query("SELECT 1 FROM extensions WHERE hash = ? LIMIT 1");
    return query.bind(hash).next();
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<std::vector<std::string>>> ExtensionStore::hashes() {
  auto job = [](Connection& c) -> Result<std::vector<std::string>> {
    Query query = c.query("SELECT DISTINCT hash FROM extensions");
    std::vector<std::string> out;
    while (query.next()) query.read(0, out.emplace_back());
    return out;
  };
  co_return co_await database_.run(std::move(job));
}

}  // namespace greenroom::store
