// A small client for the command line's talk with its own daemon.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "net/http.hpp"

namespace greenroom::net {

struct ClientRequest {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::string method = "GET";
  std::string target = "/";
  Fields headers;
  std::string body;
  std::chrono::milliseconds deadline{10'000};  ///< for the whole exchange
};

/// One request on a connection of its own; blocks the calling thread, so only for the command line.
/// Errors: closed (nobody listens, or cut), timed_out, protocol, too_large (64 MiB).
base::Result<Response> fetch(const ClientRequest& request);

}  // namespace greenroom::net
