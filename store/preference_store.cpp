#include "store/preference_store.hpp"

#include "store/connection.hpp"

namespace greenroom::store {

using base::Result;
using base::Task;

namespace {
std::string read_value(Connection& c, const std::string& project_id, const std::string& name) {
  Query query = c.query("SELECT value FROM preferences WHERE project_id = ? AND name = ?");
  std::string value = "{}";
  if (query.bind(project_id).bind(name).next()) query.read(0, value);
  return value;
}
}  // namespace

Task<Result<std::string>> PreferenceStore::find(std::string project_id, std::string name) {
  auto job = [project_id = std::move(project_id), name = std::move(name)](
                 Connection& c) -> Result<std::string> { return read_value(c, project_id, name); };
  co_return co_await database_.run(std::move(job));
}

Task<Result<std::string>> PreferenceStore::change(std::string project_id, std::string name,
                                                  std::string value) {
  auto job = [project_id = std::move(project_id), name = std::move(name),
              value = std::move(value)](Connection& c) -> Result<std::string> {
    Query query = c.query(
        "INSERT INTO preferences (project_id, name, value) VALUES (?, ?, json_patch('{}', ?)) "
        "ON CONFLICT DO UPDATE SET value = json_patch(preferences.value, excluded.value)");
    query.bind(project_id).bind(name).bind(value).execute();
    return read_value(c, project_id, name);
  };
  co_return co_await database_.run(std::move(job));
}

}  // namespace greenroom::store
