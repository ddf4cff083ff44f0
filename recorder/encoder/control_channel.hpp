// The encoder's end of the control socket. Never blocks: a daemon that does not read must not stop a
// recording.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "recorder/control.hpp"

namespace greenroom::recorder::encoder {

/// Lines in, events out.
class ControlChannel {
 public:
  /// Lifetime: `fd` stays open; it is made non-blocking.
  explicit ControlChannel(int fd);

  int fd() const { return fd_; }
  bool is_closed() const { return is_closed_; }
  bool wants_to_write() const { return !outgoing_.empty() && !is_closed_; }

  /// Reads what is there, without waiting.
  void receive();
  /// The next command that came, if any. Errors: protocol, too_large.
  base::Result<std::optional<EncoderCommand>> next_command();

  /// Queues an event. When the daemon has not read 24 MiB, pictures and statistics are dropped.
  void send(const EncoderEvent& event);
  /// Writes what the socket takes, without waiting.
  void flush();
  /// Writes everything, or gives up at the limit.
  void flush_within(std::chrono::milliseconds limit);

 private:
  int fd_;
  bool is_closed_ = false;
  CommandParser incoming_;
  std::string outgoing_;
};

}  // namespace greenroom::recorder::encoder
