// Where browsers keep their files while they run.
#pragma once

#include <string>

#include "base/error.hpp"
#include "config/settings.hpp"

namespace greenroom::daemon {

/// browser.work_dir if it is set; else `<data>/work`, if every browser's identity can reach it; else, as root
/// with a data directory that only root can enter, a directory of our own below /var/tmp.
///
/// Makes it, passable but not readable for others when we are root. Errors: io; forbidden (somebody else made
/// it before us: a shared directory like /var/tmp is open to all).
base::Result<std::string> prepare_work_directory(const config::Settings& settings,
                                                 const std::string& data_directory);

/// The encoder where its own, unprivileged user can start it: where it is, or, as root when only root can
/// pass on the way there (a checkout below /root), a copy in the work directory. Errors: io.
base::Result<std::string> reachable_encoder(const std::string& encoder, const std::string& work_directory);

}  // namespace greenroom::daemon
