// The friendly lines at the daemon's start. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace greenroom::daemon {

struct BannerFacts {
  std::string url;                             ///< "http://127.0.0.1:4480"
  std::optional<std::string> new_key;          ///< only at the first start: it is never shown again
  bool key_from_environment = false;           ///< GREENROOM_API_KEY names the key of this run
  std::vector<std::string> environment_lines;  ///< for a client's shell; "{url}" and "{key}" are filled in
  std::vector<std::string> first_program;      ///< one line each, filled in likewise
  std::string program_name;                    ///< "first.mjs": what to save the program as
};

/// Without a new key "{key}" stays a placeholder for the reader's own.
std::string banner(const BannerFacts& facts);

}  // namespace greenroom::daemon
