// Secrets that the daemon makes for itself and needs again after a restart (the key that signs links).
#pragma once

#include <string>

#include "store/database.hpp"

namespace greenroom::store {

/// Errors   the faults of Database. Cancel: a started call runs to its end.
/// Lifetime the database outlives this.
class SecretStore {
 public:
  explicit SecretStore(Database& database) : database_(database) {}

  /// The secret of that name; made of `bytes` random bytes when asked for first, by whichever process.
  base::Task<base::Result<std::string>> find_or_make(std::string name, std::size_t bytes);

 private:
  Database& database_;
};

}  // namespace greenroom::store
