// Extensions as rows: who uploaded what under which id. The archives' contents are folders, by their hashes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "store/database.hpp"

namespace greenroom::store {

struct ExtensionRecord {
  std::string id;  ///< UUID
  std::string project_id;
  std::string hash;  ///< SHA-256 of the archive, hexadecimal: names the folder of its contents
  std::string name;
  std::string version;
  std::string file_name;
  std::int64_t size = 0;  ///< bytes of the archive
  base::WallTime created_at;
  base::WallTime updated_at;

  bool operator==(const ExtensionRecord&) const = default;
};

/// Errors   besides the named ones, the faults of Database. Cancel: a started call runs to its end.
/// Lifetime the database outlives this.
class ExtensionStore {
 public:
  explicit ExtensionStore(Database& database) : database_(database) {}

  /// Errors: conflict (the project has `most` already, or the id is taken).
  base::Task<base::Result<void>> insert(ExtensionRecord record, std::int64_t most);
  /// Everything but id, project and time of making. Errors: not_found.
  base::Task<base::Result<ExtensionRecord>> replace(ExtensionRecord record);
  /// Errors: not_found.
  base::Task<base::Result<ExtensionRecord>> find(std::string project_id, std::string id);
  /// The newest first.
  base::Task<base::Result<std::vector<ExtensionRecord>>> list(std::string project_id);
  /// What was removed. Errors: not_found.
  base::Task<base::Result<ExtensionRecord>> remove(std::string project_id, std::string id);
  /// Whether any row is of that archive.
  base::Task<base::Result<bool>> has_hash(std::string hash);
  /// Of all rows, each once.
  base::Task<base::Result<std::vector<std::string>>> hashes();

 private:
  Database& database_;
};

}  // namespace greenroom::store
