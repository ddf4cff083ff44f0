// From the names that people give to keys to what CDP wants to know of them. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace greenroom::page {

/// One key of a US keyboard (Input.dispatchKeyEvent).
struct Key {
  std::string key;   ///< DOM's KeyboardEvent.key
  std::string code;  ///< KeyboardEvent.code; empty: no key of that keyboard writes it
  int number = 0;    ///< Windows virtual key code
  std::string text;  ///< what it writes, if anything
  int modifier = 0;  ///< its bit, if it is one: Alt 1, Control 2, Meta 4, Shift 8
  bool operator==(const Key&) const = default;
};

/// The keys of "Control+Shift+A", in the order of pressing; what is held down comes first. "+" alone is a
/// key. Errors: invalid_argument (a name that no key has).
base::Result<std::vector<Key>> parse_keys(std::string_view text);

}  // namespace greenroom::page
