// The server's end of one websocket (RFC 6455), as its connection sees it. Handlers see a MessageStream.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "base/clock.hpp"
#include "base/task.hpp"
#include "net/http_server.hpp"
#include "net/message_stream.hpp"

namespace greenroom::net {

struct WebsocketSetup {
  std::string key;         ///< the request's Sec-WebSocket-Key
  std::string protocol;    ///< the subprotocol to name in the answer; empty: none
  std::string early;       ///< bytes that came behind the request
  std::string request_id;  ///< for the answer
  Fields answer_headers;
  WebsocketLimits limits;
  std::chrono::milliseconds ping_interval{};
  std::chrono::milliseconds write_deadline{};
};

/// Cancel   asked by close(), forced by cut(). finish() always ends: its waits are bounded by tick().
class Websocket {
 public:
  static std::shared_ptr<Websocket> make(boost::asio::ip::tcp::socket socket, WebsocketSetup setup,
                                         ServerCounters& counters);
  virtual ~Websocket() = default;

  /// The handshake's answer. False when the client did not take it.
  virtual base::Task<bool> accept() = 0;
  virtual void close(CloseReason reason) = 0;
  /// Ends the connection now, without a word.
  virtual void cut() = 0;
  /// Waits until the handler has let go of its stream and the connection is closed in good order.
  virtual base::Task<void> finish() = 0;
  /// Called every now and then: pings, and the deadlines of closing.
  virtual void tick(base::SteadyTime now) = 0;
};

/// The handle for a handler. It shares ownership with the connection, because a handler may keep it beyond
/// the coroutine that got it, and a read may be under way when it is destroyed; nothing else in net/ is
/// shared.
std::unique_ptr<MessageStream> open_stream(std::shared_ptr<Websocket> websocket);

}  // namespace greenroom::net
