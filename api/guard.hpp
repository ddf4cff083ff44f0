// Who may knock: the Host and Origin rules that keep web pages from talking to a daemon on the same machine.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"

namespace greenroom::api {

struct GuardOptions {
  std::vector<std::string> allowed_hosts;    ///< names beside localhost; addresses are always allowed
  std::vector<std::string> allowed_origins;  ///< "https://app.example"
  std::string public_url;                    ///< its host is allowed too
};

/// False for a Host that a DNS-rebinding page would send: any name that was not configured. An address cannot
/// be rebound, so it is always allowed. X-Forwarded-Host of a trusted proxy is checked in its place.
bool is_allowed_host(std::string_view host, const GuardOptions& options);

/// Whether a request with this Origin header may do more than read public things. No Origin: no web page sent
/// it. Same host: our own pages. Extension pages may open websockets, since they carry the session's token.
bool is_allowed_origin(const net::Request& request, const GuardOptions& options);

/// "host" of "host:port", "[::1]:80" or "http://host:port/path"; lower case, brackets removed.
std::string host_name_of(std::string_view text);

}  // namespace greenroom::api
