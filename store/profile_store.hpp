// Profiles as rows: what is known of each beside its files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "store/database.hpp"

namespace greenroom::store {

struct ProfileRecord {
  std::string id;  ///< UUID
  std::string project_id;
  std::optional<std::string> name;
  base::WallTime created_at;
  base::WallTime updated_at;
  std::int64_t version = 0;    ///< of its files; 0: there are none yet
  std::int64_t bytes = 0;      ///< of its files, unpacked
  std::string domains = "[]";  ///< JSON list of texts

  bool operator==(const ProfileRecord&) const = default;
};

struct ProfileFilter {
  std::string project_id;
  std::string name_part;  ///< a part of its name, whatever its case (of ASCII letters); empty: all
  std::size_t offset = 0;
  std::size_t limit = 100;
};

/// Errors   besides the named ones, the faults of Database. Cancel: a started call runs to its end.
class ProfileStore {
 public:
  explicit ProfileStore(Database& database) : database_(database) {}

  /// `unique`: no other profile of its project has that name, whatever its case. Errors: conflict.
  base::Task<base::Result<void>> insert(ProfileRecord record, bool unique);
  /// By its id or the first 18 characters of it. Errors: not_found.
  base::Task<base::Result<ProfileRecord>> find(std::string project_id, std::string id);
  /// The newest first.
  base::Task<base::Result<std::vector<ProfileRecord>>> list(ProfileFilter filter);
  /// How many list() would find without offset and limit.
  base::Task<base::Result<std::size_t>> count(ProfileFilter filter);
  /// Of all projects: id and version.
  base::Task<base::Result<std::vector<ProfileRecord>>> all();
  /// Its files have that version from now on. Errors: not_found, conflict (it is not the version after the
  /// present one).
  base::Task<base::Result<void>> advance(ProfileRecord next);
  /// Errors: not_found.
  base::Task<base::Result<void>> rename(std::string id, std::optional<std::string> name, base::WallTime now);
  /// Errors: not_found.
  base::Task<base::Result<void>> remove(std::string id);

 private:
  Database& database_;
};

}  // namespace greenroom::store
