#include "store/project_store.hpp"

#include "store/connection.hpp"

namespace greenroom::store {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
ProjectRecord read_project(const Query& query) {
  ProjectRecord record;
  query.read(0, record.id);
  query.read(1, record.name);
  query.read(2, record.owner_id);
  query.read(3, record.created_at);
  query.read(4, record.updated_at);
  return record;
}
}  // namespace

Task<Result<std::vector<ProjectRecord>>> ProjectStore::list() {
  auto job = [](Connection& c) -> Result<std::vector<ProjectRecord>> {
    Query query =
        c.query("SELECT id, name, owner_id, created_at, updated_at FROM projects ORDER BY created_at, rowid");
    std::vector<ProjectRecord> records = query.all(read_project);
    if (records.empty()) return Error{errc::not_found, "the store has no project"};
    return records;
  };
  co_return co_await database_.run(job);
}

Task<Result<ProjectRecord>> ProjectStore::find(std::string id) {
  auto job = [id = std::move(id)](Connection& c) -> Result<ProjectRecord> {
    Query query = c.query("SELECT id, name, owner_id, created_at, updated_at FROM projects WHERE id = ?");
    if (!query.bind(id).next()) return Error{errc::not_found, "project " + id};
    return read_project(query);
  };
  co_return co_await database_.run(std::move(job));
}

}  // namespace greenroom::store
