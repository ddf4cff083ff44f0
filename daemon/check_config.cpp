#include <cstdio>

#include "daemon/commands.hpp"
#include "daemon/setup.hpp"

namespace greenroom::daemon {

int run_check_config(const CommandLine& line) {
  const auto settings = load_settings(line);
  if (!settings) return report(settings.error(), exit_config);
  std::printf("The settings are right%s.\n",
              line.has("--config") ? "" : " (no --config: defaults and environment)");
  return exit_success;
}

}  // namespace greenroom::daemon
