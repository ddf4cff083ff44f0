#include "store/model_cache_store.hpp"

#include "store/connection.hpp"

namespace greenroom::store {

using base::Result;
using base::Task;

namespace {
/// What is so old goes first; then, one after another, what was not used the longest.
void make_room(Connection& c, const ModelCacheLimits& limits, base::WallTime now) {
  c.query("DELETE FROM model_cache WHERE used_at < ?").bind(now - limits.age).execute();
  for (;;) {
    std::int64_t size = 0;
    {
      Query query = c.query("SELECT coalesce(sum(size), 0) FROM model_cache");
      query.next();
      query.read(0, size);
    }
    if (size <= static_cast<std::int64_t>(limits.size.count)) return;
    // A tenth of the entries at a time: the sum above reads all of them.
    const int gone = c.query(
                          "DELETE FROM model_cache WHERE rowid IN (SELECT rowid FROM model_cache "
                          "ORDER BY used_at LIMIT 1 + (SELECT count(*) FROM model_cache) / 10)")
                         .execute();
    if (gone == 0) return;
  }
}
}  // namespace

Task<Result<std::optional<CachedAnswer>>> ModelCacheStore::look_up(std::string project_id, std::string key,
                                                                   base::WallTime now) {
  auto job = [project_id = std::move(project_id), key = std::move(key), now,
              oldest = now - limits_.age](Connection& c) -> Result<std::optional<CachedAnswer>> {
    const int changed = c.query(
                             "UPDATE model_cache SET seen = seen + 1, used_at = ? "
                             "WHERE project_id = ? AND key = ? AND used_at >= ?")
                            .bind(now)
                            .bind(project_id)
                            .bind(key)
                            .bind(oldest)
                            .execute();
    if (changed == 0) return std::optional<CachedAnswer>();
    Query query = c.query(
        "SELECT value, input_tokens, output_tokens, seen, made_at FROM model_cache "
        "WHERE project_id = ? AND key = ?");
    query.bind(project_id).bind(key).next();
    CachedAnswer out;
    query.read(0, out.value);
    query.read(1, out.input_tokens);
    query.read(2, out.output_tokens);
    query.read(3, out.seen);
    query.read(4, out.made_at);
    return std::optional<CachedAnswer>(std::move(out));
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<void>> ModelCacheStore::put(std::string project_id, std::string key, CachedAnswer answer,
                                        base::WallTime now) {
  auto job = [project_id = std::move(project_id), key = std::move(key), answer = std::move(answer), now,
              limits = limits_](Connection& c) -> Result<void> {
    SQLite::Transaction transaction(c.raw(), SQLite::TransactionBehavior::IMMEDIATE);
    Query query = c.query(
        "INSERT INTO model_cache (project_id, key, value, size, input_tokens, output_tokens, seen, made_at, "
        "used_at) VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?) "
        "ON CONFLICT (project_id, key) DO UPDATE SET value = excluded.value, size = excluded.size, "
        "input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens, "
        "made_at = excluded.made_at, used_at = excluded.used_at");
    query.bind(project_id).bind(key).bind(answer.value);
    query.bind(static_cast<std::int64_t>(answer.value.size() + key.size() + project_id.size()));
    query.bind(answer.input_tokens).bind(answer.output_tokens).bind(now).bind(now).execute();
    make_room(c, limits, now);
    transaction.commit();
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

}  // namespace greenroom::store
