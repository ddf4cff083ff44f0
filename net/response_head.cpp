// Serialising an answer's head without an allocation per field.
#include "net/response_head.hpp"

#include <charconv>

#include "net/ascii.hpp"

namespace greenroom::net {
namespace {

bool is_servers_own(std::string_view name) {
  switch (name.size()) {
    case 4:
      return equal_ignoring_case(name, "date");
    case 10:
      return equal_ignoring_case(name, "connection");
    case 12:
      return equal_ignoring_case(name, "x-request-id");
    case 14:
      return equal_ignoring_case(name, "content-length");
    case 17:
      return equal_ignoring_case(name, "transfer-encoding");
    default:
      return false;
  }
}

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

// A handler may echo what a client sent; it must not be able to start a field or an answer with it.
void append_safely(std::string& out, std::string_view text) {
  const std::size_t start = out.size();
  out += text;
  for (std::size_t i = start; i < out.size(); ++i) {
    if (out[i] == '\r' || out[i] == '\n' || out[i] == '\0') out[i] = ' ';
  }
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  append_safely(out, name);
  out += ": ";
  append_safely(out, value);
  out += "\r\n";
}

}  // namespace

void append_head(std::string& out, const Response& response, const HeadOptions& options) {
  out += "HTTP/1.1 ";
  append_number(out, response.status);
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\ndate: ";
  out += options.date;
  out += "\r\nx-request-id: ";
  out += options.request_id;
  if (!options.keep_alive) {
    out += "\r\nconnection: close";
  } else if (options.to_http_1_0) {
    out += "\r\nconnection: keep-alive";
  }
  out += "\r\n";
  for (const auto& [name, value] : response.headers) {
    if (!is_servers_own(name)) append_field(out, name, value);
  }
  if (options.content_length) {
    out += "content-length: ";
    append_number(out, *options.content_length);
    out += "\r\n";
  }
  if (options.is_chunked) out += "transfer-encoding: chunked\r\n";
  out += "\r\n";
}

}  // namespace greenroom::net
