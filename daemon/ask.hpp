// How commands ask the running daemon: over its own API, with a token that the store's secret signs. Whoever
// can read the store could do as much without asking, so this needs no key.
#pragma once

#include <string>

#include "base/error.hpp"
#include "daemon/command_line.hpp"

namespace greenroom::daemon {

/// The body of a successful answer. Errors: unavailable (no daemon, or no such thing), protocol (another
/// answer), and what net::fetch says.
base::Result<std::string> ask(const CommandLine& line, const std::string& method, const std::string& target);

}  // namespace greenroom::daemon
