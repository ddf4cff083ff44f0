// The head of an answer, written by hand into a string that its connection uses again and again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/http.hpp"

namespace greenroom::net {

struct HeadOptions {
  bool keep_alive = true;
  bool to_http_1_0 = false;
  std::optional<std::uint64_t> content_length;  ///< none where RFC 9110 §8.6 forbids the field
  bool is_chunked = false;                      ///< the body's length is not known yet (RFC 9112 §7.1)
  std::string_view request_id;
  std::string_view date;
};

/// Appends status line, fields and the blank line. Of the handler's fields, those that are the server's own
/// are dropped, and a byte that could end a line becomes a blank.
void append_head(std::string& out, const Response& response, const HeadOptions& options);

/// RFC 9110 §6.4.1: 1xx, 204 and 304 have no body.
constexpr bool may_have_body(unsigned status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace greenroom::net
