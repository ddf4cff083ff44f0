// Tokens that we can check without having stored them: links, websocket addresses, the command line's own
// calls.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace greenroom::base {

/// "v1.<base64url(scope|subject|expiry)>.<base64url(HMAC-SHA-256 of all before it)>". Whoever holds the token
/// may do what `scope` says to `subject` until `expires_at` (seconds since 1970). `scope` has no '|'.
std::string sign_token(std::string_view secret, std::string_view scope, std::string_view subject,
                       std::int64_t expires_at);

/// The subject of a token of that scope. Takes the same time for every wrong signature.
/// Errors: unauthenticated (malformed, or not signed with `secret`); forbidden (of another scope); gone
/// (expired at `now`, seconds since 1970).
Result<std::string> verify_token(std::string_view secret, std::string_view token, std::string_view scope,
                                 std::int64_t now);

}  // namespace greenroom::base
