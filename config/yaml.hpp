// A YAML document flattened to dotted keys, with the line of each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "config/values.hpp"

namespace greenroom::config {

struct YamlEntry {
  std::string key;  ///< dotted, as written
  Value value;
  int line = 0;  ///< from 1
};

/// Entries in their order, duplicates included. A section without entries is left out.
/// `name` stands before line numbers in errors. Never throws.
/// Errors: invalid_argument ("greenroom.yaml:12: …").
base::Result<std::vector<YamlEntry>> read_yaml(std::string_view text, const std::string& name);

}  // namespace greenroom::config
