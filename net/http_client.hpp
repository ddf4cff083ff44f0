// Small HTTP clients inside one machine: for the command line's talk with its own daemon, and over sockets
// that were made elsewhere. For servers out in the web see web_client.hpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/task.hpp"
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
  base::Bytes answer_limit = base::Bytes{64ull * 1024 * 1024};
};

/// One request on a connection of its own; blocks the calling thread: for the command line.
/// Errors: closed (nobody listens, or cut), timed_out, protocol, too_large.
base::Result<Response> fetch(const ClientRequest& request);

/// Takes the next piece of a body; `whole` is the size of all of it, where the server said so. An error ends
/// the exchange and is passed on.
using OnPiece = std::function<base::Result<void>(std::string_view piece, std::optional<base::Bytes> whole)>;

/// As fetch(), for a body of any size: that of an answer with status 200 goes to `on_piece` and not into the
/// answer. Here the deadline is for the silence between two pieces. Errors: also those of `on_piece`.
base::Result<Response> fetch(const ClientRequest& request, const OnPiece& on_piece);

/// One request over a socket that somebody else has made, perhaps in another network namespace: connects it
/// to request.host (an IPv4 literal) and port, and disconnects it, so that it can be used again. It is closed
/// if that fails. `request.deadline` is for the whole exchange, `most` for the answer's body.
///
/// Errors   closed (nobody listens, or cut), timed_out, protocol, too_large, io.
/// Cancel   safe: the other side sees the connection end.
base::Task<base::Result<Response>> fetch_over(base::UniqueFd& socket, ClientRequest request,
                                              base::Bytes most);

}  // namespace greenroom::net
