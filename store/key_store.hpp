// API keys. Only a key's hash is stored: whoever reads the file cannot use it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "store/database.hpp"

namespace greenroom::store {

struct KeyRecord {
  std::string id;  ///< eight hexadecimal digits, for people to name it by
  std::string project_id;
  std::string name;
  base::Digest hash{};  ///< SHA-256 of the key
  std::string prefix;   ///< its first six characters, for people to know it by
  base::WallTime created_at;
  std::optional<base::WallTime> revoked_at;

  bool operator==(const KeyRecord&) const = default;
};

/// A new key: "gr_" and 40 URL-safe random characters (240 bits).
std::string make_key();

/// The row of a key, with a fresh id and without the project.
KeyRecord describe_key(std::string_view key, std::string_view name, base::WallTime now);

/// Errors   besides the named ones, the faults of Database. Cancel: a started call runs to its end.
/// Lifetime the database outlives this.
class KeyStore {
 public:
  explicit KeyStore(Database& database) : database_(database) {}

  /// Errors: conflict (this key is active already, or the project is unknown).
  base::Task<base::Result<void>> add(KeyRecord record);
  /// All, revoked ones too, oldest first.
  base::Task<base::Result<std::vector<KeyRecord>>> list();
  base::Task<base::Result<std::vector<KeyRecord>>> active();
  /// Errors: not_found; gone (it was revoked before).
  base::Task<base::Result<void>> revoke(std::string id, base::WallTime now);

 private:
  Database& database_;
};

}  // namespace greenroom::store
