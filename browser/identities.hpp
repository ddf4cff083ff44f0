// Unprivileged identities, one for each running browser of a daemon that runs as root.
#pragma once

#include <optional>
#include <vector>

#include "base/process.hpp"

namespace greenroom::browser {

/// Hands out identities `first` … `first + count - 1`. A released one comes round last, so that a new browser
/// does not soon get the uid of one that has just ended.
class Identities {
 public:
  Identities(base::Identity first, unsigned count);

  /// Errors: limit_reached (all are taken).
  base::Result<base::Identity> acquire();
  /// Only after every process of that identity is gone.
  void release(base::Identity identity);
  std::size_t in_use() const;

 private:
  base::Identity first_;
  std::vector<bool> taken_;
  std::size_t next_ = 0;
};

}  // namespace greenroom::browser
