// One HTTP/1.1 exchange with a server out in the web, with TLS, without blocking the loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "base/bytes.hpp"
#include "base/task.hpp"
#include "net/http.hpp"
#include "net/web_address.hpp"

namespace greenroom::net {

/// Makes the connection: looks the name up, judges its addresses. Errors: not_found (no such name),
/// forbidden; any other means that nobody answers.
using Connect = std::function<base::Task<base::Result<std::unique_ptr<boost::asio::ip::tcp::socket>>>(
    const std::string& host, std::uint16_t port)>;

struct WebRequest {
  WebAddress address;
  std::string method = "GET";
  Fields headers;  ///< host, content-length and connection are set here
  std::string body;
  bool verifies_certificate = true;
  base::Bytes body_limit{5ull * 1024 * 1024};  ///< of the answer
  Connect connect;
};

/// Redirects are answers like any other. It has no deadline of its own: callers use base::with_deadline().
///
/// Errors   closed (no such name, nobody answers, cut), forbidden, protocol (TLS could not be agreed on, or
/// the
///          certificate is not good, or it is not HTTP), too_large.
/// Cancel   safe.
base::Task<base::Result<Response>> exchange(WebRequest request);

}  // namespace greenroom::net
