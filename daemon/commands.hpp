// The commands, one file each.
#pragma once

#include <span>

#include "daemon/command_line.hpp"

namespace greenroom::daemon {

/// The table that main dispatches by and the help is made of.
std::span<const Command> commands();

int run_check_config(const CommandLine& line);
int run_doctor(const CommandLine& line);
int run_drain(const CommandLine& line);
int run_har(const CommandLine& line);
int run_keys_add(const CommandLine& line);
int run_keys_list(const CommandLine& line);
int run_keys_revoke(const CommandLine& line);
int run_replay(const CommandLine& line);
int run_sessions_delete(const CommandLine& line);
int run_sessions_end(const CommandLine& line);
int run_sessions_list(const CommandLine& line);
int run_sessions_show(const CommandLine& line);
int run_timeline(const CommandLine& line);
int run_version(const CommandLine& line);

}  // namespace greenroom::daemon
