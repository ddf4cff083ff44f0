// SOCKS version 5 (RFC 1928, RFC 1929), both sides, as bytes. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace greenroom::net::socks {

/// Whom a client wants to be connected with: a name, or an address as text.
struct Request {
  std::string host;
  std::uint16_t port = 0;
};

/// One of RFC 1928 §6.
enum class Reply : std::uint8_t {
  succeeded = 0,
  failed = 1,
  not_allowed = 2,
  network_unreachable = 3,
  host_unreachable = 4,
  refused = 5,
  ttl_expired = 6,
  unknown_command = 7,
  unknown_address = 8,
};

/// A message at the beginning of what has come so far. `size` bytes of it are used up.
template <class T>
struct Parsed {
  T value;
  std::size_t size = 0;
};

/// Nothing while bytes are missing. Errors: protocol.
using ParsedGreeting = base::Result<std::optional<Parsed<bool>>>;
using ParsedRequest = base::Result<std::optional<Parsed<Request>>>;

/// A client's first words: whether it can do without authentication.
ParsedGreeting parse_greeting(std::string_view bytes);
/// Errors: protocol; unsupported (another command than CONNECT).
ParsedRequest parse_request(std::string_view bytes);
std::string choose_method(bool without_authentication);
std::string answer(Reply reply);

/// The other side: what a client says. Names go to the server as they are, at most 255 bytes of them.
std::string greeting(bool with_password);
std::string password(std::string_view username, std::string_view secret);
std::string connect(const Request& request);
/// The size of a whole answer to connect(), or nothing while bytes are missing. Errors: protocol; closed (the
/// server's reason is told).
base::Result<std::optional<std::size_t>> parse_answer(std::string_view bytes);

}  // namespace greenroom::net::socks
