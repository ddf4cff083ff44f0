// The command that everything else is for.
#pragma once

#include "daemon/command_line.hpp"

namespace greenroom::daemon {

/// Runs the daemon until it is told to stop. Flags: --config, --data, --listen. Returns the exit code.
int serve(const CommandLine& line);

}  // namespace greenroom::daemon
