// One request through a dialect's door, with its key: an answer of its shape comes back, and the key stays
// inside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace greenroom::fuzz {

/// Where a dialect is and how it wants its key.
struct Door {
  std::string_view mount;
  std::string_view header;
  std::string_view before_key;
};

/// Input: the method's and target's line, a blank line, the body. Aborts when an answer is none of the
/// dialect's.
int knock(const Door& door, const std::uint8_t* data, std::size_t size);

}  // namespace greenroom::fuzz
