// The API keys that are good now. Only hashes are kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.hpp"

namespace greenroom::api {

struct KnownKey {
  std::string id;
  std::string project_id;
  base::Digest hash{};
};

class KeyRing {
 public:
  void replace(std::vector<KnownKey> keys) { keys_ = std::move(keys); }
  bool empty() const { return keys_.empty(); }

  /// The key that was presented, if it is one of ours. Looks at every key, whichever fits.
  const KnownKey* find(std::string_view presented) const;

 private:
  std::vector<KnownKey> keys_;
};

}  // namespace greenroom::api
