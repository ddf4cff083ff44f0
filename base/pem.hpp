// Certificates in PEM files (RFC 7468).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace greenroom::base {

/// Every certificate of a PEM file as DER, in its order; text between them is skipped. At most 100.
/// Errors: invalid_argument (none, one that is broken, or a private key, which has no business there).
Result<std::vector<std::string>> read_certificates(std::string_view pem);

}  // namespace greenroom::base
