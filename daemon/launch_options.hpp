// Settings as the launcher wants them: for the daemon and for the doctor.
#pragma once

#include "browser/browser.hpp"
#include "config/settings.hpp"

namespace greenroom::daemon {

/// `work_directory`: see browser::LaunchOptions. As root, browsers get the identities of browser.uid_base on.
/// Errors: launch_failed (there is no Chromium).
base::Result<browser::LaunchOptions> launch_options(const config::Settings& settings,
                                                    std::string work_directory);

/// As root the encoder has an identity of its own, which is no browser's.
std::optional<base::Identity> encoder_identity(const config::Settings& settings);

/// What a session that asks for nothing gets.
browser::Fingerprint default_fingerprint(const config::Settings& settings);

}  // namespace greenroom::daemon
