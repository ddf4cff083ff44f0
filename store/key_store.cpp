#include "store/key_store.hpp"

#include <algorithm>

#include "store/connection.hpp"

namespace greenroom::store {

using base::errc;
using base::Error;
using base::Result;
using base::Task;
using base::WallTime;

namespace {
std::vector<KeyRecord> read_keys(Query& query) {
  std::vector<KeyRecord> records;
  while (query.next()) {
    KeyRecord& record = records.emplace_back();
    std::string hash;
    query.read(0, record.id);
    query.read(1, record.project_id);
    query.read(2, record.name);
    query.read(3, hash);
    query.read(4, record.prefix);
    query.read(5, record.created_at);
    query.read(6, record.revoked_at);
    const std::string bytes = base::from_hex(hash).value_or("");
    if (bytes.size() == record.hash.size())
      std::copy(bytes.begin(), bytes.end(), record.hash.begin());
    else
      records.pop_back();  // an all-zero hash must never stand for a key
  }
  return records;
}

constexpr const char* select_keys =
    "SELECT id, project_id, name, sha256, prefix, created_at, revoked_at FROM keys ";
}  // namespace

std::string make_key() { return "gr_" + base::to_base64url(base::random_bytes(30)); }

KeyRecord describe_key(std::string_view key, std::string_view name, WallTime now) {
  KeyRecord record;
  record.id = base::to_hex(base::random_bytes(4));
  record.name = name;
  record.hash = base::sha256(key);
  record.prefix = key.substr(0, 6);
  record.created_at = now;
  return record;
}

Task<Result<void>> KeyStore::add(KeyRecord record) {
  auto job = [record = std::move(record)](Connection& c) -> Result<void> {
    Query query = c.query(
        "INSERT INTO keys (id, project_id, name, sha256, prefix, created_at, revoked_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)");
    query.bind(record.id).bind(record.project_id).bind(record.name).bind(base::to_hex(record.hash));
    query.bind(record.prefix).bind(record.created_at).bind(record.revoked_at).execute();
    return {};
  };
  auto added = co_await database_.run(std::move(job));
  if (!added && added.error().code == errc::conflict)
    co_return Error{errc::conflict, "this key is stored already, or its project is unknown"};
  co_return added;
}

Task<Result<std::vector<KeyRecord>>> KeyStore::list() {
  auto job = [](Connection& c) -> Result<std::vector<KeyRecord>> {
    Query query = c.query(std::string(select_keys) + "ORDER BY created_at, rowid");
    return read_keys(query);
  };
  co_return co_await database_.run(job);
}

Task<Result<std::vector<KeyRecord>>> KeyStore::active() {
  auto job = [](Connection& c) -> Result<std::vector<KeyRecord>> {
    Query query = c.query(std::string(select_keys) + "WHERE revoked_at IS NULL ORDER BY created_at, rowid");
    return read_keys(query);
  };
  co_return co_await database_.run(job);
}

Task<Result<void>> KeyStore::revoke(std::string id, WallTime now) {
  auto job = [id = std::move(id), now](Connection& c) -> Result<void> {
    if (c.query("UPDATE keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL")
            .bind(now)
            .bind(id)
            .execute() == 1)
      return {};
    Query known = c.query("SELECT 1 FROM keys WHERE id = ?");
    if (known.bind(id).next()) return Error{errc::gone, "key " + id + " was revoked before"};
    return Error{errc::not_found, "key " + id};
  };
  co_return co_await database_.run(std::move(job));
}

}  // namespace greenroom::store
