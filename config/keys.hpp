// The table of settings: which text goes where, and in which bounds.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/values.hpp"

namespace greenroom::config {

struct Key {
  std::string_view name;  ///< dotted
  Problem (*set)(Settings& settings, const Value& value);
  std::string_view meaning;
};

std::span<const Key> keys();

/// Nullptr if there is none of that name.
const Key* find_key(std::string_view name);

/// The key that somebody who wrote `name` may have meant; empty if none is near.
std::string nearest_key(std::string_view name);

}  // namespace greenroom::config
