// Where the programs are that the daemon starts.
#pragma once

#include <optional>
#include <string>

#include "config/settings.hpp"

namespace greenroom::daemon {

/// browser.executable, else the first that exists where packages put it. Never a wrapper script: Debian's
/// adds API keys, an extension and switches. Nothing if there is none.
std::optional<std::string> find_chromium(const config::Settings& settings);

/// browser.chromedriver, else the first that exists where packages put it. Nothing if there is none.
std::optional<std::string> find_chromedriver(const config::Settings& settings);

/// recording.encoder, else greenroom-encoder beside this program, or in ../libexec/greenroom. Nothing if
/// there is none.
std::optional<std::string> find_encoder(const config::Settings& settings);

}  // namespace greenroom::daemon
