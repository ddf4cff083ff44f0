// One HTTP/1.1 exchange with a server out in the web, with TLS, without blocking the loop.
#pragma once

#include <functional>
#include <string>

#include "base/bytes.hpp"
#include "base/task.hpp"
#include "net/http.hpp"
#include "net/web_address.hpp"

namespace greenroom::net {

/// Whether a connection to that address ("192.0.2.1", "2001:db8::1") may be made. Errors: forbidden.
using MayConnect = std::function<base::Result<void>(const std::string& address)>;

struct WebRequest {
  WebAddress address;
  std::string method = "GET";
  Fields headers;  ///< host, content-length and connection are set here
  std::string body;
  bool verifies_certificate = true;
  base::Bytes body_limit{5ull * 1024 * 1024};  ///< of the answer
  MayConnect may_connect;                      ///< empty: to every address
};

/// The name is looked up once, and the connection goes to one of the addresses that were judged. Redirects
/// are answers like any other. It has no deadline of its own: callers use base::with_deadline().
///
/// Errors   closed (no such name, nobody answers, cut), forbidden (of every address of the name), protocol
/// (TLS
///          could not be agreed on, or the certificate is not good, or it is not HTTP), too_large.
/// Cancel   safe, but a name that is being looked up is waited for: the system's resolver has deadlines of
/// its
///          own.
base::Task<base::Result<Response>> exchange(WebRequest request);

}  // namespace greenroom::net
