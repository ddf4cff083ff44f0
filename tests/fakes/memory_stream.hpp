// A connected pair of message streams without a socket, for whatever talks over net::MessageStream.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "base/event.hpp"
#include "net/message_stream.hpp"

namespace greenroom::fakes {

struct MemoryStreamOptions {
  base::Bytes message = base::Bytes{100ull * 1024 * 1024 - 4096};  ///< one incoming message
  base::Bytes queue = base::Bytes{256ull * 1024 * 1024};           ///< sent and not yet read by the peer
};

/// One end. Keeps MessageStream's contract; differs from a websocket in that the peer takes a message when it
/// reads it, not earlier, and that a close is answered at once.
class MemoryStream final : public net::MessageStream {
 public:
  struct Pair;
  /// Both ends with the same options.
  static Pair make(const base::Executor& executor, MemoryStreamOptions options = {});

  /// Closes with 1001 when nobody has closed yet.
  ~MemoryStream() override;

  /// Cancel   ends with closed, as a socket's read would.
  /// Lifetime the end outlives it.
  base::Task<base::Result<std::string_view>> read() override;
  bool send(std::string message) override;
  void close(net::CloseReason reason) override;
  net::CloseReason close_reason() const override { return reason_; }
  base::Bytes queued() const override;

  /// As if the network failed: both ends see 1006, and what was under way is lost.
  void break_connection();

 private:
  // What travels in one direction.
  struct Channel {
    explicit Channel(const base::Executor& executor) : changed(executor) {}
    base::Notifier changed;
    std::deque<std::string> messages;
    std::size_t bytes = 0;
    bool is_closed = false;
    net::CloseReason reason{1006, {}};

    void shut(net::CloseReason why, bool keep_messages);
  };

  MemoryStream(std::shared_ptr<Channel> in, std::shared_ptr<Channel> out, MemoryStreamOptions options)
      : in_(std::move(in)), out_(std::move(out)), options_(options) {}

  std::shared_ptr<Channel> in_;  // shared by the two ends, which die in any order
  std::shared_ptr<Channel> out_;
  MemoryStreamOptions options_;
  std::string current_;
  net::CloseReason reason_{1006, {}};
};

struct MemoryStream::Pair {
  std::unique_ptr<MemoryStream> first;
  std::unique_ptr<MemoryStream> second;
};

}  // namespace greenroom::fakes
