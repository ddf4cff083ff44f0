// What a model once answered, by the key of what it was asked: a cache with a bound, whose oldest entries go.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "store/database.hpp"

namespace greenroom::store {

struct CachedAnswer {
  std::string value;              ///< JSON text
  std::int64_t input_tokens = 0;  ///< what it cost to make
  std::int64_t output_tokens = 0;
  std::int64_t seen = 0;  ///< how often it was asked for or stored, this time included
  base::WallTime made_at;

  bool operator==(const CachedAnswer&) const = default;
};

struct ModelCacheLimits {
  base::Bytes size = base::Bytes{64ull * 1024 * 1024};  ///< of all values and keys
  base::Milliseconds age{7 * 24 * 3'600'000};           ///< since it was made or used last
};

/// Errors   the faults of Database. Cancel: a started call runs to its end.
/// Lifetime the database outlives this.
class ModelCacheStore {
 public:
  ModelCacheStore(Database& database, ModelCacheLimits limits) : database_(database), limits_(limits) {}

  /// Counts the look, too. Nothing when there is no such entry.
  base::Task<base::Result<std::optional<CachedAnswer>>> look_up(std::string project_id, std::string key,
                                                                base::WallTime now);
  /// A value that is there already is replaced, and keeps its count. Makes room by dropping what was not used
  /// the longest.
  base::Task<base::Result<void>> put(std::string project_id, std::string key, CachedAnswer answer,
                                     base::WallTime now);

 private:
  Database& database_;
  ModelCacheLimits limits_;
};

}  // namespace greenroom::store
