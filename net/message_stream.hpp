// A stream of whole messages: what a websocket is to everybody who must not know websockets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/task.hpp"

namespace greenroom::net {

/// RFC 6455 §7.4.1. `reason` is at most 123 bytes.
struct CloseReason {
  std::uint16_t code = 1005;  ///< 1005: none was given; 1006: the connection broke
  std::string reason;
  bool operator==(const CloseReason&) const = default;
};

/// One peer. One coroutine reads; send() and close() may be called from anywhere on the same thread.
///
/// Stopping a stream is asked by close(), never by cancelling a read: a cancelled websocket read takes the
/// close handshake with it, and the peer sees no code.
class MessageStream {
 public:
  virtual ~MessageStream() = default;

  /// The next whole message; the view is good until the next read().
  ///
  /// Errors   closed (close_reason() tells), too_large (the stream closes itself with 1009).
  virtual base::Task<base::Result<std::string_view>> read() = 0;

  /// Queues one message: text, unless the stream was opened for binary ones. Never blocks. When the peer has
  /// not taken what is queued and the queue would pass its budget, the stream closes itself with 1008 and
  /// this and every later call answers false.
  virtual bool send(std::string message) = 0;

  /// Starts the closing handshake, once; queued messages are sent before it. read() then ends with closed.
  /// The stream is cut after a bounded wait for the peer's answer.
  virtual void close(CloseReason reason) = 0;

  /// What ended it: ours or the peer's. Only meaningful once read() has failed.
  virtual CloseReason close_reason() const = 0;

  /// Bytes queued and not yet taken by the peer.
  virtual base::Bytes queued() const = 0;
};

}  // namespace greenroom::net
