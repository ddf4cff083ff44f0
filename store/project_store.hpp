// Projects: what keys and sessions belong to. There is one, made with the store.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "store/database.hpp"

namespace greenroom::store {

struct ProjectRecord {
  std::string id;  ///< UUID
  std::string name;
  std::string owner_id;  ///< UUID
  base::WallTime created_at;
  base::WallTime updated_at;

  bool operator==(const ProjectRecord&) const = default;
};

/// Errors   besides the named ones, the faults of Database. Cancel: a started call runs to its end.
/// Lifetime the database outlives this.
class ProjectStore {
 public:
  explicit ProjectStore(Database& database) : database_(database) {}

  /// Oldest first; the first one is the default project. Never empty.
  base::Task<base::Result<std::vector<ProjectRecord>>> list();
  /// Errors: not_found.
  base::Task<base::Result<ProjectRecord>> find(std::string id);

 private:
  Database& database_;
};

}  // namespace greenroom::store
