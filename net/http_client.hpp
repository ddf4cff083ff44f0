// A small client for the command line's talk with its own daemon.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
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

/// Takes the next piece of a body; `whole` is the size of all of it, where the server said so. An error ends
/// the exchange and is passed on.
using OnPiece = std::function<base::Result<void>(std::string_view piece, std::optional<base::Bytes> whole)>;

/// As fetch(), for a body of any size: that of an answer with status 200 goes to `on_piece` and not into the
/// answer. Here the deadline is for the silence between two pieces. Errors: also those of `on_piece`.
base::Result<Response> fetch(const ClientRequest& request, const OnPiece& on_piece);

}  // namespace greenroom::net
