// Which addresses the daemon's own requests may go to. Pure.
#pragma once

#include <string>

#include "base/error.hpp"

namespace greenroom::daemon {

enum class PrivateNetworks { open, closed };

/// Whether a connection to that numeric address may be made. The addresses at which clouds keep their
/// machines' secrets never; loopback, private and other special ones only where `networks` says so. Errors:
/// forbidden.
base::Result<void> may_fetch_from(const std::string& address, PrivateNetworks networks);

}  // namespace greenroom::daemon
