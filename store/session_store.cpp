#include "store/session_store.hpp"

#include "store/connection.hpp"

namespace greenroom::store {

using base::errc;
using base::Error;
using base::Result;
using base::Task;
using base::WallTime;

namespace {

/// The one list of columns: statements, binding and reading all follow it.
template <class Record, class Visit>
void each_column(Record& r, Visit visit) {
  visit("id", r.id);
  visit("project_id", r.project_id);
  visit("created_at", r.created_at);
  visit("started_at", r.started_at);
  visit("updated_at", r.updated_at);
  visit("expires_at", r.expires_at);
  visit("ended_at", r.ended_at);
  visit("state", r.state);
  visit("end_reason", r.end_reason);
  visit("keep_alive", r.keep_alive);
  visit("region", r.region);
  visit("user_metadata", r.user_metadata);
  visit("dialect", r.dialect);
  visit("viewport_width", r.viewport_width);
  visit("viewport_height", r.viewport_height);
  visit("headless", r.headless);
  visit("recorded", r.recorded);
  visit("logged", r.logged);
  visit("recording_state", r.recording_state);
  visit("recording_error", r.recording_error);
  visit("proxy_bytes", r.proxy_bytes);
  visit("spec", r.spec);
}

/// "a<suffix>, b<suffix>, …" for every column.
std::string columns(std::string_view suffix = {}) {
  std::string text;
  const SessionRecord none;
  each_column(none, [&](std::string_view name, const auto&) {
    text.append(text.empty() ? "" : ", ").append(name).append(suffix);
  });
  return text;
}

std::string placeholders() {
  std::string text;
  const SessionRecord none;
  each_column(none, [&](std::string_view, const auto&) { text += text.empty() ? "?" : ", ?"; });
  return text;
}

const std::string& select_sessions() {
  static const std::string sql = "SELECT " + columns() + " FROM sessions ";
  return sql;
}

void bind_record(Query& query, const SessionRecord& record) {
  each_column(record, [&](std::string_view, const auto& value) { query.bind(value); });
}

SessionRecord read_session(const Query& query) {
  SessionRecord record;
  int column = 0;
  each_column(record, [&](std::string_view, auto& value) { query.read(column++, value); });
  return record;
}

/// SQLite's JSON path for nested keys. A key with a quote cannot be written in one, and then nothing matches.
std::optional<std::string> json_path(const std::vector<std::string>& keys) {
  std::string path = "$";
  for (const std::string& key : keys) {
    if (key.find('"') != std::string::npos) return std::nullopt;
    path.append(".\"").append(key).append("\"");
  }
  return path;
}

std::string where(const SessionFilter& filter) {
  std::string sql = "WHERE 1 ";
  if (filter.state) sql += "AND state = ? ";
  if (filter.unfinished) sql += "AND state <> 'ended' ";
  for (std::size_t i = 0; i < filter.end_reasons.size(); ++i) sql += i == 0 ? "AND end_reason IN (?" : ", ?";
  if (!filter.end_reasons.empty()) sql += ") ";
  if (filter.project_id) sql += "AND project_id = ? ";
  if (!filter.metadata_path.empty())
    sql +=
        "AND json_valid(user_metadata) AND json_type(user_metadata, ?) = 'text' "
        "AND json_extract(user_metadata, ?) = ? ";
  return sql;
}

std::string page(const SessionFilter& filter) {
  // rowid: sessions made in the same millisecond have an order, too.
  std::string sql;
  if (!filter.before.empty())
    sql += "AND (created_at, rowid) < (SELECT created_at, rowid FROM sessions WHERE id = ?) ";
  return sql + "ORDER BY created_at DESC, rowid DESC LIMIT ? OFFSET ?";
}

void bind_where(Query& query, const SessionFilter& filter, const std::string& path) {
  if (filter.state) query.bind(*filter.state);
  for (const std::string& reason : filter.end_reasons) query.bind(reason);
  if (filter.project_id) query.bind(*filter.project_id);
  if (!filter.metadata_path.empty()) query.bind(path).bind(path).bind(filter.metadata_value);
}

}  // namespace

Task<Result<void>> SessionStore::insert(SessionRecord record) {
  auto job = [record = std::move(record)](Connection& c) -> Result<void> {
    static const std::string sql = "INSERT INTO sessions (" + columns() + ") VALUES (" + placeholders() + ")";
    Query query = c.query(sql);
    bind_record(query, record);
    query.execute();
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<void>> SessionStore::update(SessionRecord record) {
  auto job = [record = std::move(record)](Connection& c) -> Result<void> {
    static const std::string sql = "UPDATE sessions SET " + columns(" = ?") + " WHERE id = ?";
    Query query = c.query(sql);
    bind_record(query, record);
    if (query.bind(record.id).execute() == 0) return Error{errc::not_found, "session " + record.id};
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<SessionRecord>> SessionStore::find(std::string id) {
  auto job = [id = std::move(id)](Connection& c) -> Result<SessionRecord> {
    Query query = c.query(select_sessions() + "WHERE id = ?");
    if (!query.bind(id).next()) return Error{errc::not_found, "session " + id};
    return read_session(query);
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<std::vector<SessionRecord>>> SessionStore::list(SessionFilter filter) {
  auto job = [filter = std::move(filter)](Connection& c) -> Result<std::vector<SessionRecord>> {
    const auto path = json_path(filter.metadata_path);
    if (!path) return std::vector<SessionRecord>{};
    Query query = c.query(select_sessions() + where(filter) + page(filter));
    bind_where(query, filter, *path);
    if (!filter.before.empty()) query.bind(filter.before);
    query.bind(static_cast<std::int64_t>(filter.limit)).bind(static_cast<std::int64_t>(filter.offset));
    return query.all(read_session);
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<std::size_t>> SessionStore::count(SessionFilter filter) {
  auto job = [filter = std::move(filter)](Connection& c) -> Result<std::size_t> {
    const auto path = json_path(filter.metadata_path);
    if (!path) return std::size_t{0};
    Query query = c.query("SELECT count(*) FROM sessions " + where(filter));
    bind_where(query, filter, *path);
    std::int64_t count = 0;
    if (query.next()) query.read(0, count);
    return static_cast<std::size_t>(count);
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<std::vector<SessionRecord>>> SessionStore::unfinished() {
  auto job = [](Connection& c) -> Result<std::vector<SessionRecord>> {
    Query query = c.query(select_sessions() + "WHERE state <> 'ended' ORDER BY created_at, rowid");
    return query.all(read_session);
  };
  co_return co_await database_.run(job);
}

Task<Result<std::map<std::string, std::int64_t>>> SessionStore::count_by_state() {
  auto job = [](Connection& c) -> Result<std::map<std::string, std::int64_t>> {
    Query query = c.query("SELECT state, count(*) FROM sessions GROUP BY state");
    std::map<std::string, std::int64_t> counts;
    while (query.next()) {
      std::string state;
      query.read(0, state);
      query.read(1, counts[state]);
    }
    return counts;
  };
  co_return co_await database_.run(job);
}

Task<Result<std::vector<EndedSession>>> SessionStore::ended() {
  auto job = [](Connection& c) -> Result<std::vector<EndedSession>> {
    Query query = c.query(
        "SELECT id, coalesce(ended_at, created_at) FROM sessions WHERE state = 'ended' ORDER BY 2, rowid");
    std::vector<EndedSession> sessions;
    while (query.next()) {
      EndedSession& session = sessions.emplace_back();
      query.read(0, session.id);
      query.read(1, session.ended_at);
    }
    return sessions;
  };
  co_return co_await database_.run(job);
}

Task<Result<void>> SessionStore::remove(std::string id) {
  auto job = [id = std::move(id)](Connection& c) -> Result<void> {
    if (c.query("DELETE FROM sessions WHERE id = ?").bind(id).execute() == 0)
      return Error{errc::not_found, "session " + id};
    c.empty_log();
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<Usage>> SessionStore::usage(std::string project_id, WallTime now) {
  auto job = [project_id = std::move(project_id), now](Connection& c) -> Result<Usage> {
    Query query = c.query(
        "SELECT coalesce(sum(max(1, (coalesce(ended_at, ?) - started_at + 59999) / 60000)), 0), "
        "coalesce(sum(proxy_bytes), 0) FROM sessions WHERE project_id = ?");
    query.bind(now).bind(project_id);
    Usage usage;
    if (query.next()) {
      query.read(0, usage.minutes);
      query.read(1, usage.proxy_bytes);
    }
    return usage;
  };
  co_return co_await database_.run(std::move(job));
}

}  // namespace greenroom::store
