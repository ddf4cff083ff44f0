#include "daemon/setup.hpp"

#include <cstdio>
#include <filesystem>

#include "config/load.hpp"

namespace greenroom::daemon {

using base::errc;
using base::Error;
using base::Result;

namespace {
std::optional<std::string> settings_file(const CommandLine& line) {
  if (const auto flag = line.flag("--config")) return flag;
  const auto systemd = line.variable("CONFIGURATION_DIRECTORY");
  if (!systemd) return std::nullopt;
  const std::string path = systemd->substr(0, systemd->find(':')) + "/greenroom.yaml";
  std::error_code ignored;
  return std::filesystem::exists(path, ignored) ? std::optional(path) : std::nullopt;
}
}  // namespace

Result<config::Settings> load_settings(const CommandLine& line) {
  config::Sources sources;
  sources.file = settings_file(line);
  sources.environment = line.environment;
  if (const auto listen = line.flag("--listen")) sources.flags.emplace_back("server.listen", *listen);
  return config::load(sources);
}

Result<std::string> data_directory(const CommandLine& line) {
  std::string chosen;
  if (const auto flag = line.flag("--data"))
    chosen = *flag;
  else if (const auto own = line.variable("GREENROOM_DATA"))
    chosen = *own;
  else if (const auto systemd = line.variable("STATE_DIRECTORY"))
    chosen = systemd->substr(0, systemd->find(':'));  // a list; ours is the first
  else if (const auto state = line.variable("XDG_STATE_HOME"))
    chosen = *state + "/greenroom";
  else if (const auto home = line.variable("HOME"))
    chosen = *home + "/.local/state/greenroom";
  if (chosen.empty()) return Error{errc::invalid_argument, "no data directory: use --data DIR"};
  std::error_code error;
  const auto absolute = std::filesystem::absolute(chosen, error);
  if (error) return base::errno_error("finding " + chosen, error.value());
  std::string path = absolute.lexically_normal().string();
  if (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

int report(const Error& error, int exit_code) {
  // Most details are whole sentences; these three name only the operand.
  const bool operand_only =
      error.code == errc::not_found || error.code == errc::timed_out || error.code == errc::closed;
  const std::string words = operand_only || error.detail.empty() ? error.message() : error.detail;
  std::fprintf(stderr, "greenroom: %s\n", words.c_str());
  return exit_code;
}

}  // namespace greenroom::daemon
