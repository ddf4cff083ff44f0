// What of a fetched body is text, and that text as UTF-8. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace greenroom::daemon {

/// "text/html" of "Text/HTML; charset=utf-8".
std::string media_type_of(std::string_view content_type);

bool is_html(std::string_view media_type);

/// Whether a body of that type is meant to be read. An empty type may be.
bool may_be_text(std::string_view media_type);

/// The body as UTF-8, by the charset of its type, by what HTML says of itself in its beginning, or because it
/// is UTF-8. Nothing when it is no text, or in an encoding that nobody knows.
std::optional<std::string> to_utf8(std::string body, std::string_view content_type);

}  // namespace greenroom::daemon
