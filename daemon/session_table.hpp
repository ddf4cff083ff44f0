// The daemon's answers about sessions, as text for a terminal. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace greenroom::daemon {

/// A table of `[{"id": …, "state": …, …}]`, or of that list under "sessions". Control characters are made
/// harmless. Errors: protocol (not such a list).
base::Result<std::string> session_table(std::string_view body);

/// One session's object, a line for each member. Errors: protocol (no object).
base::Result<std::string> session_details(std::string_view body);

}  // namespace greenroom::daemon
