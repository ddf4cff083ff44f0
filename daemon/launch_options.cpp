#include "daemon/launch_options.hpp"

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
  options.xvfb = settings.browser.xvfb;
  options.work_directory = std::move(work_directory);
  options.extra_switches = settings.browser.switches;
  options.unsafe_no_sandbox = settings.browser.unsafe_no_sandbox;
  options.deadline = settings.browser.launch_timeout;
  if (::geteuid() == 0) {
    options.first_identity = base::Identity{settings.browser.uid_base, settings.browser.uid_base};
    options.identity_count = settings.browser.uid_count;
  }
  return options;
}

browser::Fingerprint default_fingerprint(const config::Settings& settings) {
  browser::Fingerprint fingerprint;
  fingerprint.headless = settings.browser.headless;
  fingerprint.screen = {settings.browser.screen.width, settings.browser.screen.height};
  return fingerprint;
}

}  // namespace greenroom::daemon
