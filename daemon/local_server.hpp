// Being the server that a client library starts for itself on the same machine: no arguments, everything from
// the environment, gone with its parent's wish.
#pragma once

#include <string>
#include <vector>

#include "daemon/command_line.hpp"

namespace greenroom::daemon {

/// Named on the command line that local_server() makes: requests need no key. Only ever on loopback.
inline constexpr const char* keyless_flag = "--keyless";

/// Whether that is what is asked: no word, and BB_ENV=local in the environment.
bool is_local_server(const std::vector<std::string>& words, const CommandLine& line);

/// What `serve` gets then: HOST, PORT, HEADLESS and CHROME_PATH become settings, unless the environment has
/// the settings themselves, and all files go below `folder`. Pure. Errors: invalid_argument (PORT is none;
/// HOST is not of this machine alone).
base::Result<CommandLine> local_server(const CommandLine& line, const std::string& folder);

/// Serves from a temporary directory, which goes when the server does.
int serve_locally(const CommandLine& line);

}  // namespace greenroom::daemon
