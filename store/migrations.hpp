// The steps that bring a store of any older version up to this program's. A step that has been released is
// never changed; a new one is added at the end.
#pragma once

#include <span>
#include <string_view>

namespace greenroom::store {

struct Migration {
  int version = 0;  ///< `PRAGMA user_version` after the step; 1, 2, 3, …
  std::string_view sql;
};

std::span<const Migration> migrations();

/// The version that this program writes.
int newest_version();

}  // namespace greenroom::store
