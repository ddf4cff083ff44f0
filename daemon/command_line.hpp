// The words after the program's name, checked against the table of commands. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace greenroom::daemon {

/// What the shell told us.
struct CommandLine {
  std::vector<std::string> operands;
  std::vector<std::pair<std::string, std::string>> flags;        ///< "--config", "FILE"; a switch has no text
  std::vector<std::pair<std::string, std::string>> environment;  ///< all of it

  std::optional<std::string> flag(std::string_view name) const;
  bool has(std::string_view name) const { return flag(name).has_value(); }
  /// An environment variable; an empty one counts as none.
  std::optional<std::string> variable(std::string_view name) const;
};

struct Flag {
  std::string_view name;         ///< "--config"
  std::string_view placeholder;  ///< "FILE"; empty: a switch
  std::string_view meaning;
};

struct Command {
  std::string_view name;      ///< "keys add"
  std::string_view operands;  ///< "ID"; empty: none. As many words as operands
  std::string_view summary;
  std::span<const Flag> flags;
  int (*run)(const CommandLine& line);  ///< the exit code
};

/// Exit codes, after sysexits.h where it has one.
enum ExitCode : int { exit_success = 0, exit_failure = 1, exit_usage = 2, exit_config = 78 };

struct Invocation {
  const Command* command = nullptr;  ///< nullptr: none was named, or the whole program's help is wanted
  bool wants_help = false;
  CommandLine line;
};

/// `words` without the program's name. Flags may stand before and after operands, as "--config FILE" or
/// "--config=FILE"; after "--" nothing is a flag.
/// Errors: invalid_argument, in one line that says what to type.
base::Result<Invocation> parse(std::span<const Command> commands, const std::vector<std::string>& words);

std::string help(std::span<const Command> commands);
std::string help(const Command& command);

}  // namespace greenroom::daemon
