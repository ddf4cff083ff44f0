// Finds `id`, `method`, `sessionId` and `params` of one CDP message without parsing the rest. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace greenroom::cdp {

/// A run of bytes inside the message.
struct Span {
  std::size_t begin = 0;
  std::size_t size = 0;
  explicit operator bool() const { return size != 0; }
};

/// What routing needs of one message. Views are into the message.
struct Envelope {
  std::optional<std::int64_t> id;
  std::string_view method;      ///< without quotes, still escaped; empty: none
  std::string_view session_id;  ///< without quotes; empty: none
  std::string_view params;      ///< the raw value, or empty
  std::string_view result;      ///< the raw value, or empty
  Span session_member;          ///< `"sessionId":"…"` with one comma beside it: what to cut out
  std::size_t open = 0;         ///< index just behind the opening brace
  bool has_error = false;
  bool is_empty = false;  ///< `{}`: splicing in a member then needs no comma
};

/// Scans the top level of a JSON object. It trusts nested values to be balanced and does not validate them;
/// the browser does.
///
/// Errors   protocol: no object, unbalanced, a routed member twice, `method` or `sessionId` that is no plain
///          string (an escape in either is refused: it could only serve to hide), `id` that is no integer.
base::Result<Envelope> scan(std::string_view message);

/// As scan(), for what a browser says: a large answer in the form in which Chromium writes them (id, result,
/// sessionId) is not walked through, which would hold up every other session. That it is valid JSON is taken
/// from the browser, whatever a page may have put into it: a string's quotes are escaped.
base::Result<Envelope> scan_answer(std::string_view message);

/// The raw value of one member of a JSON object's top level, or empty.
std::string_view member(std::string_view object, std::string_view name);

/// The content of a raw JSON string value without escapes, or empty.
std::string_view plain_string(std::string_view value);

/// The content of a member that is a string without escapes, or empty.
std::string text_member(std::string_view object, std::string_view name);

}  // namespace greenroom::cdp
