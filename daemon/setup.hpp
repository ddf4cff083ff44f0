// What commands do before their work: find the settings and the data, and run one task to its end.
#pragma once

#include <optional>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "base/task.hpp"
#include "config/settings.hpp"
#include "daemon/command_line.hpp"

namespace greenroom::daemon {

/// The name and size in bytes of the secret (store::SecretStore) that signs links and the command line's own
/// requests.
inline constexpr const char* link_secret_name = "links";
inline constexpr std::size_t link_secret_bytes = 32;

/// Settings from --listen, the environment, and the file: --config, else greenroom.yaml in systemd's
/// $CONFIGURATION_DIRECTORY if it is there. Errors: those of config::load.
base::Result<config::Settings> load_settings(const CommandLine& line);

/// --data, else $GREENROOM_DATA, else systemd's $STATE_DIRECTORY, else $XDG_STATE_HOME/greenroom, else
/// ~/.local/state/greenroom; absolute. Errors: invalid_argument (none of them says anything).
base::Result<std::string> data_directory(const CommandLine& line);

/// "greenroom: <detail>" on standard error; the exit code for that error.
int report(const base::Error& error, int exit_code = exit_failure);

/// Runs one task on a loop of its own. For commands; the daemon has its own loop.
template <class T>
T run_to_end(base::Task<T> task) {
  boost::asio::io_context loop{1};
  std::optional<T> value;
  auto done = [&value](std::exception_ptr failure, T result) {
    if (failure) std::rethrow_exception(failure);
    value = std::move(result);
  };
  boost::asio::co_spawn(loop, std::move(task), done);
  loop.run();
  return std::move(*value);
}

}  // namespace greenroom::daemon
