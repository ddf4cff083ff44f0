#include "daemon/launch_options.hpp"

#include <filesystem>
#include <unistd.h>

#include "daemon/paths.hpp"

namespace greenroom::daemon {

using base::errc;
using base::Error;

base::Result<browser::LaunchOptions> launch_options(const config::Settings& settings,
                                                    std::string work_directory) {
  const auto executable = find_chromium(settings);
  if (!executable)
    return Error{errc::launch_failed,
                 "Chromium was not found (browser.executable; greenroom doctor says more)"};
  browser::LaunchOptions options;
  options.executable = *executable;
  options.headless_shell = settings.browser.headless_shell;
  if (options.headless_shell.empty())
    options.headless_shell =
        (std::filesystem::path(*executable).parent_path() / "chromium-headless-shell").string();
  if (settings.browser.engine == "headless-shell" && ::access(options.headless_shell.c_str(), X_OK) != 0)
    return Error{errc::launch_failed, options.headless_shell +
                                          " cannot be run (browser.engine, browser.headless_shell; Debian: "
                                          "chromium-headless-shell)"};
  options.viewport = {settings.browser.viewport.width, settings.browser.viewport.height};
  options.xvfb = settings.browser.xvfb;
  options.work_directory = std::move(work_directory);
  options.extra_switches = settings.browser.switches;
  options.unsafe_no_sandbox = settings.browser.unsafe_no_sandbox;
  options.deadline = settings.browser.launch_timeout;
  if (::geteuid() == 0) {
    // The first one is the encoder's.
    const std::uint32_t first = settings.browser.uid_base + 1;
    options.first_identity = base::Identity{first, first};
    options.identity_count = settings.browser.uid_count - 1;
  }
  return options;
}

std::optional<base::Identity> encoder_identity(const config::Settings& settings) {
  if (::geteuid() != 0) return std::nullopt;
  return base::Identity{settings.browser.uid_base, settings.browser.uid_base};
}

browser::Fingerprint default_fingerprint(const config::Settings& settings) {
  browser::Fingerprint fingerprint;
  const bool is_shell = settings.browser.engine == "headless-shell";
  fingerprint.engine = is_shell ? browser::Engine::headless_shell : browser::Engine::chromium;
  fingerprint.headless = settings.browser.headless || is_shell;
  fingerprint.screen = {settings.browser.screen.width, settings.browser.screen.height};
  return fingerprint;
}

}  // namespace greenroom::daemon
