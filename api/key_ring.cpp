#include "api/key_ring.hpp"

namespace greenroom::api {

const KnownKey* KeyRing::find(std::string_view presented) const {
  if (presented.empty()) return nullptr;
  const base::Digest hash = base::sha256(presented);
  const KnownKey* found = nullptr;
  for (const KnownKey& key : keys_)
    if (base::equal_in_constant_time(key.hash, hash)) found = &key;
  return found;
}

}  // namespace greenroom::api
