// The listening side: connections, parsing, limits, time limits, websocket upgrades. It knows no route.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/task.hpp"
#include "net/http.hpp"

namespace greenroom::net {

struct ServerOptions {
  std::string address = "127.0.0.1";  ///< an IPv4 or IPv6 literal
  std::uint16_t port = 0;             ///< 0: any free one
  base::Bytes header_limit = base::Bytes{32 * 1024};
  base::Bytes body_limit = base::Bytes{8 * 1024 * 1024};
  std::size_t connection_limit = 4096;
  std::chrono::milliseconds header_deadline{10'000};  ///< from a request's first byte to its last header
  std::chrono::milliseconds body_deadline{60'000};  ///< for the whole body; of a streamed one, for each piece
  std::chrono::milliseconds idle_deadline{75'000};  ///< between requests of one connection
  std::chrono::milliseconds write_deadline{60'000};  ///< a client that takes no byte for that long is cut
  std::chrono::milliseconds ping_interval{25'000};   ///< on websockets; two unanswered end it
};

/// Totals since the start, for metrics.
struct ServerCounters {
  std::uint64_t connections_accepted = 0;
  std::uint64_t connections_open = 0;
  std::uint64_t requests = 0;
  std::uint64_t websocket_messages_in = 0;
  std::uint64_t websocket_messages_out = 0;
  std::uint64_t websocket_bytes_in = 0;
  std::uint64_t websocket_bytes_out = 0;
};

/// Answers one request. One object serves all connections.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  /// Asked once of each request that has a body, when its head is there and nothing of the body has been
  /// read.
  virtual BodyRule body_rule(const Request& head) const {
    (void)head;
    return {};
  }

  /// Cancel   when the client hangs up while this runs, it is cancelled (terminal), and if it answers all the
  ///          same, Response::undelivered is called.
  virtual base::Task<Response> handle(Request request) = 0;

  /// The answer to what is no valid request (400, 408, 413, 431, 501…), in whatever shape fits its target.
  virtual Response refuse(unsigned status, std::string_view why, const Target& target) = 0;
};

/// One listening socket and its connections.
class HttpServer {
 public:
  /// Errors: io (with "address in use" as its detail when the port is taken).
  static base::Result<std::unique_ptr<HttpServer>> listen(const base::Executor& executor,
                                                          ServerOptions options, HttpHandler& handler,
                                                          base::Logger log);
  virtual ~HttpServer() = default;

  virtual std::uint16_t port() const = 0;
  virtual const ServerCounters& counters() const = 0;

  /// Accepts until stop().
  virtual base::Task<void> run() = 0;

  /// Stops accepting, lets requests that are being answered finish, closes idle connections, then after
  /// `grace` everything. Websockets are their handlers' to close. Returns when no connection is left.
  virtual base::Task<void> stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace greenroom::net
