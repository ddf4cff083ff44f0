// From a file, the environment and flags to Settings.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "config/settings.hpp"

namespace greenroom::config {

struct Sources {
  std::optional<std::string> file;  ///< path of a YAML file
  /// NAME and value. GREENROOM_A__B (any case) sets a.b; every other name is left alone.
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<std::pair<std::string, std::string>> flags;  ///< dotted key and value
};

/// Flag over environment over file over default; each source is checked whole, also where another one wins.
/// Reads the file; otherwise pure.
///
/// Errors   invalid_argument: names the place and the key ("greenroom.yaml:12: session.default_timeout: '5x'
/// is
///          no duration (use 30s, 5m, 1h)"); not_found or io for the file itself.
base::Result<Settings> load(const Sources& sources);

/// As load(), with the file's text instead of its path; `name` stands for it in errors. Pure.
base::Result<Settings> load_text(std::string_view yaml, const std::string& name, const Sources& rest);

}  // namespace greenroom::config
