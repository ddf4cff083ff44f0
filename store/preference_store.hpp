// What a project prefers, as JSON objects by name.
#pragma once

#include <string>

#include "store/database.hpp"

namespace greenroom::store {

/// Errors   the faults of Database. Cancel: a started call runs to its end.
/// Lifetime the database outlives this.
class PreferenceStore {
 public:
  explicit PreferenceStore(Database& database) : database_(database) {}

  /// "{}" when nothing was said.
  base::Task<base::Result<std::string>> find(std::string project_id, std::string name);
  /// Merges a JSON object into it; what is preferred now.
  base::Task<base::Result<std::string>> change(std::string project_id, std::string name, std::string value);

 private:
  Database& database_;
};

}  // namespace greenroom::store
