// Kept files as rows: what is known of them without their contents.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "store/database.hpp"

namespace greenroom::store {

/// The words and numbers are the daemon's; this folder only stores them.
struct FileRecord {
  std::string id;
  std::string project_id;
  std::string session_id;  ///< empty: the project's own
  std::string source;
  std::string name;
  std::string stored_name;  ///< no other of the same session (or project) and source has it
  std::string mime_type;
  std::int64_t size = 0;  ///< bytes
  std::string checksum;
  std::int64_t crc = 0;
  base::WallTime created_at;

  bool operator==(const FileRecord&) const = default;
};

struct FileFilter {
  std::string project_id;
  std::string session_id;
  std::optional<std::string> source;
  std::optional<std::string> name;
  std::optional<std::string> mime_type;
  std::optional<std::int64_t> least;
  std::optional<std::int64_t> most;
  std::optional<base::WallTime> after;
  std::optional<base::WallTime> before;
};

/// Errors   besides the named ones, the faults of Database. Cancel: a started call runs to its end.
/// Lifetime the database outlives this.
class FileStore {
 public:
  explicit FileStore(Database& database) : database_(database) {}

  /// Errors: conflict (the stored name is taken, or there is no such session).
  base::Task<base::Result<void>> insert(FileRecord record);
  /// The same in the place of whichever has its stored name, which is answered.
  /// Errors: conflict (no such session).
  base::Task<base::Result<std::optional<FileRecord>>> replace(FileRecord record);
  /// The oldest first.
  base::Task<base::Result<std::vector<FileRecord>>> list(FileFilter filter);
  /// Of every project and session.
  base::Task<base::Result<std::vector<FileRecord>>> all();
  /// Errors: not_found.
  base::Task<base::Result<FileRecord>> find(std::string project_id, std::string id);
  /// Written over, so that the store's file does not keep it. Errors: not_found.
  base::Task<base::Result<void>> remove(std::string id);

 private:
  Database& database_;
};

}  // namespace greenroom::store
