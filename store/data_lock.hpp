// One daemon per data directory.
#pragma once

#include <string>

#include "base/fd.hpp"

namespace greenroom::store {

/// Makes the data directory (mode 0700) and the directories above it, where they are missing.
/// Errors: io, storage_full; invalid_argument when a file stands in the way.
base::Result<void> prepare_data_directory(const std::string& directory);

/// Holds `<directory>/lock` until destroyed. The kernel lets go of it when the process dies, however it dies.
class DataLock {
 public:
  /// The directory must exist. Errors: locked (with the holder's process id), io.
  static base::Result<DataLock> take(const std::string& directory);

  /// Holds nothing.
  DataLock() = default;

 private:
  explicit DataLock(base::UniqueFd fd) : fd_(std::move(fd)) {}
  base::UniqueFd fd_;
};

}  // namespace greenroom::store
