// The command line of Chromium: which switches, and why each. Pure; knows no process and no file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "browser/browser.hpp"

namespace greenroom::browser {

/// What the command line needs to know of one instance's directory.
struct ProfilePaths {
  std::string profile;
  std::string cache;
  std::uint16_t proxy_port = 0;  ///< of the browser's way to the network; 0: it has none of its own
};

/// Chromium's arguments without argv[0]. `options.extra_switches` come last, so that they win.
std::vector<std::string> chromium_arguments(const LaunchOptions& options, const Fingerprint& fingerprint,
                                            const ProfilePaths& paths);

/// The profile's `Default/Preferences`, written before the first start.
std::string initial_preferences(const std::string& download_directory,
                                const std::vector<std::string>& authorities = {});

/// The profile's "Local State": what holds for the browser as a whole.
std::string initial_local_state();

/// The profile's "Local State": what holds for the browser as a whole.
std::string initial_local_state();

}  // namespace greenroom::browser
