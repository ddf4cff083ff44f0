// Addresses of the web (http and https) as the daemon itself calls them. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace greenroom::net {

struct WebAddress {
  bool is_secure = false;
  std::string host;  ///< lower case, without brackets
  std::uint16_t port = 0;
  std::string target = "/";  ///< path and query, with what HTTP does not allow there escaped

  /// "example.com:8080"; the port only where it is not the scheme's own.
  std::string authority() const;
  std::string text() const;
  bool operator==(const WebAddress&) const = default;
};

/// Reads an absolute address as browsers do, less what nobody needs: a user and password in it, names beyond
/// ASCII. The fragment goes.
/// Errors: invalid_argument.
base::Result<WebAddress> parse_web_address(std::string_view text);

/// Reads a reference (a Location header, a link) against the address of where it stood (RFC 3986 §5.2).
/// Errors: as parse_web_address(); another scheme is one.
base::Result<WebAddress> resolve_web_address(const WebAddress& from, std::string_view reference);

}  // namespace greenroom::net
