// RFC 3339 and HTTP dates, written and read without locales.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace greenroom::base {

/// "2026-05-03T12:53:37.151Z": UTC, always with milliseconds.
std::string to_rfc3339(WallTime time);

/// Reads RFC 3339 with 'Z' or a numeric offset and any number of fraction digits.
std::optional<WallTime> from_rfc3339(std::string_view text);

/// "Sun, 03 May 2026 12:53:37 GMT" (RFC 9110 §5.6.7).
std::string to_http_date(WallTime time);

}  // namespace greenroom::base
