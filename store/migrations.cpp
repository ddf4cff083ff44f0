#include "store/migrations.hpp"

#include <array>

namespace greenroom::store {

namespace {
// Times are milliseconds since 1970, UTC.
constexpr std::string_view first = R"sql(
  CREATE TABLE projects (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, owner_id TEXT NOT NULL,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE keys (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL REFERENCES projects(id), name TEXT NOT NULL,
    sha256 TEXT NOT NULL, prefix TEXT NOT NULL, created_at INTEGER NOT NULL, revoked_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX keys_active ON keys(sha256) WHERE revoked_at IS NULL;

  CREATE TABLE sessions (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL,
    created_at INTEGER NOT NULL, started_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, ended_at INTEGER,
    state TEXT NOT NULL CHECK (state IN ('starting', 'running', 'ending', 'ended')),
    end_reason TEXT NOT NULL, keep_alive INTEGER NOT NULL, region TEXT NOT NULL, user_metadata TEXT NOT NULL,
    dialect TEXT NOT NULL, viewport_width INTEGER NOT NULL, viewport_height INTEGER NOT NULL,
    headless INTEGER NOT NULL, recorded INTEGER NOT NULL, logged INTEGER NOT NULL,
    recording_state TEXT NOT NULL, recording_error TEXT NOT NULL, proxy_bytes INTEGER NOT NULL,
    spec TEXT NOT NULL
  ) STRICT;
  CREATE INDEX sessions_newest ON sessions(created_at);
  CREATE INDEX sessions_unfinished ON sessions(state) WHERE state <> 'ended';
  CREATE INDEX sessions_ended ON sessions(ended_at) WHERE state = 'ended';

  CREATE TABLE timeline (
    session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE, seq INTEGER NOT NULL,
    at_ms INTEGER NOT NULL, page_index INTEGER NOT NULL, target TEXT NOT NULL, method TEXT NOT NULL,
    params TEXT NOT NULL,
    PRIMARY KEY (session_id, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
)sql";

constexpr std::string_view segments = R"sql(
  CREATE TABLE segments (
    session_id TEXT NOT NULL REFERENCES sessions(id) ON DELETE CASCADE, file TEXT NOT NULL, init TEXT NOT NULL,
    start_ms INTEGER NOT NULL, duration_ms INTEGER NOT NULL, wall_ms INTEGER NOT NULL, bytes INTEGER NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, frames INTEGER NOT NULL, discontinuity INTEGER NOT NULL,
    PRIMARY KEY (session_id, file)
  ) STRICT, WITHOUT ROWID;
)sql";

// session_id: of none, when it is NULL. With its session goes what was said of it.
constexpr std::string_view captures = R"sql(
  CREATE TABLE captures (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL,
    session_id TEXT UNIQUE REFERENCES sessions(id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, said TEXT NOT NULL, found TEXT NOT NULL
  ) STRICT;
  CREATE INDEX captures_of_project ON captures(project_id);

  CREATE TABLE preferences (
    project_id TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (project_id, name)
  ) STRICT, WITHOUT ROWID;
)sql";

// A profile's files are in a folder of its id; `version` says which of them count.
constexpr std::string_view profiles = R"sql(
  CREATE TABLE profiles (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL, name TEXT NOT NULL, has_name INTEGER NOT NULL,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, version INTEGER NOT NULL, bytes INTEGER NOT NULL,
    domains TEXT NOT NULL
  ) STRICT;
  CREATE INDEX profiles_of_project ON profiles(project_id, created_at);
)sql";

constexpr std::string_view certificates = R"sql(
  CREATE TABLE certificates (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    authorities TEXT NOT NULL
  ) STRICT;
  CREATE INDEX certificates_of_project ON certificates(project_id);
)sql";

// session_id: the project's own, when it is NULL.
constexpr std::string_view files = R"sql(
  CREATE TABLE files (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL,
    session_id TEXT REFERENCES sessions(id) ON DELETE CASCADE,
    source TEXT NOT NULL CHECK (source IN ('upload', 'download')),
    name TEXT NOT NULL, stored_name TEXT NOT NULL, mime_type TEXT NOT NULL, size INTEGER NOT NULL,
    checksum TEXT NOT NULL, crc INTEGER NOT NULL, created_at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX files_stored ON files(project_id, coalesce(session_id, ''), source, stored_name);
  CREATE INDEX files_of_session ON files(session_id);
)sql";

// hash: names the folder of its contents, which several extensions may share.
constexpr std::string_view extensions = R"sql(
  CREATE TABLE extensions (
    id TEXT PRIMARY KEY, project_id TEXT NOT NULL, hash TEXT NOT NULL, name TEXT NOT NULL,
    version TEXT NOT NULL, file_name TEXT NOT NULL, size INTEGER NOT NULL,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX extensions_of_project ON extensions(project_id, created_at);
  CREATE INDEX extensions_of_hash ON extensions(hash);

  CREATE TABLE model_cache (
    project_id TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, size INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, seen INTEGER NOT NULL,
    made_at INTEGER NOT NULL, used_at INTEGER NOT NULL,
    PRIMARY KEY (project_id, key)
  ) STRICT;
  CREATE INDEX model_cache_oldest ON model_cache(used_at);
)sql";

constexpr std::array all = {Migration{1, first},     Migration{2, segments},     Migration{3, captures},
                            Migration{4, profiles},  Migration{5, certificates}, Migration{6, files},
                            Migration{7, extensions}};
}  // namespace

std::span<const Migration> migrations() { return all; }
int newest_version() { return all.back().version; }

}  // namespace greenroom::store
