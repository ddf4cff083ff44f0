#include "browser/identities.hpp"

#include <algorithm>
#include <cassert>

namespace greenroom::browser {

Identities::Identities(base::Identity first, unsigned count) : first_(first), taken_(count, false) {}

base::Result<base::Identity> Identities::acquire() {
  for (std::size_t tried = 0; tried < taken_.size(); ++tried) {
    const std::size_t index = (next_ + tried) % taken_.size();
    if (taken_[index]) continue;
    taken_[index] = true;
    next_ = index + 1;
    const auto offset = static_cast<uid_t>(index);
    return base::Identity{first_.uid + offset, first_.gid + offset};
  }
  return base::Error{base::errc::limit_reached,
                     "all " + std::to_string(taken_.size()) + " browser identities are in use"};
}

void Identities::release(base::Identity identity) {
  const std::size_t index = identity.uid - first_.uid;
  assert(index < taken_.size() && taken_[index]);
  taken_[index] = false;
}

std::size_t Identities::in_use() const {
  return static_cast<std::size_t>(std::count(taken_.begin(), taken_.end(), true));
}

}  // namespace greenroom::browser
