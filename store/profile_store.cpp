#include "store/profile_store.hpp"

#include "store/connection.hpp"

namespace greenroom::store {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
constexpr const char* insert_sql =
    "INSERT INTO profiles (id, project_id, name, has_name, created_at, updated_at, version, bytes, domains) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

constexpr std::string_view select_sql =
    "SELECT id, project_id, name, has_name, created_at, updated_at, version, bytes, domains FROM profiles ";

/// A part of a name is no pattern: its own "%" is a letter like any other.
constexpr std::string_view filter_sql =
    "WHERE project_id = ? AND (? = '' OR instr(lower(name), lower(?)) > 0) ";

constexpr std::size_t prefix_size = 18;

std::string select_where(std::string_view condition) {
  return std::string(select_sql) + std::string(condition);
}

ProfileRecord read_record(const Query& query) {
  ProfileRecord record;
  std::string name;
  bool has_name = false;
  query.read(0, record.id);
  query.read(1, record.project_id);
  query.read(2, name);
  query.read(3, has_name);
  if (has_name) record.name = std::move(name);
  query.read(4, record.created_at);
  query.read(5, record.updated_at);
  query.read(6, record.version);
  query.read(7, record.bytes);
  query.read(8, record.domains);
  return record;
}

void insert_into(Connection& c, const ProfileRecord& record) {
  Query query = c.query(insert_sql);
  query.bind(record.id).bind(record.project_id).bind(record.name.value_or("")).bind(record.name.has_value());
  query.bind(record.created_at).bind(record.updated_at).bind(record.version).bind(record.bytes);
  query.bind(record.domains).execute();
}

bool is_taken(Connection& c, const ProfileRecord& record) {
  Query query =
      c.query("SELECT 1 FROM profiles WHERE project_id = ? AND has_name = 1 AND lower(name) = lower(?)");
  return query.bind(record.project_id).bind(record.name.value_or("")).next();
}

const Error no_profile{errc::not_found, "profile"};
}  // namespace

Task<Result<void>> ProfileStore::insert(ProfileRecord record, bool unique) {
  auto job = [record = std::move(record), unique](Connection& c) -> Result<void> {
    SQLite::Transaction transaction(c.raw(), SQLite::TransactionBehavior::IMMEDIATE);
    if (unique && record.name && is_taken(c, record)) return Error{errc::conflict, "the name is taken"};
    insert_into(c, record);
    transaction.commit();
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<ProfileRecord>> ProfileStore::find(std::string project_id, std::string id) {
  auto job = [project_id = std::move(project_id),
              id = std::move(id)](Connection& c) -> Result<ProfileRecord> {
    const bool is_prefix = id.size() == prefix_size;
    Query query = c.query(select_where(is_prefix ? "WHERE substr(id, 1, 18) = ? AND project_id = ?"
                                                 : "WHERE id = ? AND project_id = ?"));
    if (!query.bind(id).bind(project_id).next()) return no_profile;
    return read_record(query);
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<std::vector<ProfileRecord>>> ProfileStore::list(ProfileFilter filter) {
  auto job = [filter = std::move(filter)](Connection& c) -> Result<std::vector<ProfileRecord>> {
    Query query = c.query(
        select_where(std::string(filter_sql) + "ORDER BY created_at DESC, rowid DESC LIMIT ? OFFSET ?"));
    query.bind(filter.project_id).bind(filter.name_part).bind(filter.name_part);
    query.bind(static_cast<std::int64_t>(filter.limit)).bind(static_cast<std::int64_t>(filter.offset));
    return query.all(read_record);
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<std::size_t>> ProfileStore::count(ProfileFilter filter) {
  auto job = [filter = std::move(filter)](Connection& c) -> Result<std::size_t> {
    Query query = c.query("SELECT count(*) FROM profiles " + std::string(filter_sql));
    query.bind(filter.project_id).bind(filter.name_part).bind(filter.name_part).next();
    std::int64_t count = 0;
    query.read(0, count);
    return static_cast<std::size_t>(count);
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<std::vector<ProfileRecord>>> ProfileStore::all() {
  auto job = [](Connection& c) -> Result<std::vector<ProfileRecord>> {
    Query query = c.query(select_where(""));
    return query.all(read_record);
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<void>> ProfileStore::advance(ProfileRecord next) {
  auto job = [next = std::move(next)](Connection& c) -> Result<void> {
    SQLite::Transaction transaction(c.raw(), SQLite::TransactionBehavior::IMMEDIATE);
    {
      Query known = c.query("SELECT 1 FROM profiles WHERE id = ?");
      if (!known.bind(next.id).next()) return no_profile;
    }
    Query query = c.query(
        "UPDATE profiles SET version = ?, bytes = ?, domains = ?, updated_at = max(?, updated_at + 1) "
        "WHERE id = ? AND version = ?");
    query.bind(next.version).bind(next.bytes).bind(next.domains).bind(next.updated_at).bind(next.id);
    if (query.bind(next.version - 1).execute() == 0)
      return Error{errc::conflict, "another version of the profile was saved meanwhile"};
    transaction.commit();
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<void>> ProfileStore::rename(std::string id, std::optional<std::string> name, base::WallTime now) {
  auto job = [id = std::move(id), name = std::move(name), now](Connection& c) -> Result<void> {
    Query query = c.query("UPDATE profiles SET name = ?, has_name = ?, updated_at = ? WHERE id = ?");
    query.bind(name.value_or("")).bind(name.has_value()).bind(now).bind(id);
    if (query.execute() == 0) return no_profile;
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<void>> ProfileStore::remove(std::string id) {
  auto job = [id = std::move(id)](Connection& c) -> Result<void> {
    if (c.query("DELETE FROM profiles WHERE id = ?").bind(id).execute() == 0) return no_profile;
    c.empty_log();
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

}  // namespace greenroom::store
