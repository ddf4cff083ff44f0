// Text that others take only as UTF-8.
#pragma once

#include <string>

namespace greenroom::base {

/// The same text when it is UTF-8 (RFC 3629); else with U+FFFD for each byte that belongs to no character.
std::string as_utf8(std::string text);

}  // namespace greenroom::base
