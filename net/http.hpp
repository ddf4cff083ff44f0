// HTTP as values: what a handler reads and answers, without any socket. Names follow RFC 9110.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.hpp"
#include "net/message_stream.hpp"

namespace greenroom::net {

/// Field names and values in their order. Look-ups ignore case.
class Fields {
 public:
  void add(std::string name, std::string value) { list_.emplace_back(std::move(name), std::move(value)); }
  void set(std::string_view name, std::string value);
  /// The first value of that name, or nullptr.
  const std::string* find(std::string_view name) const;
  std::string_view value_or(std::string_view name, std::string_view otherwise) const;
  std::size_t count(std::string_view name) const;
  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }
  std::size_t size() const { return list_.size(); }
  void clear() { list_.clear(); }

 private:
  std::vector<std::pair<std::string, std::string>> list_;
};

/// The target of a request, taken apart once.
struct Target {
  std::string path;   ///< as sent, still percent-encoded, without the query; starts with '/'
  std::string query;  ///< as sent, without '?'

  /// The decoded value of the first parameter of that name. Malformed escapes stay as they are.
  std::optional<std::string> parameter(std::string_view name) const;
  /// The decoded values of every parameter of that name, in their order.
  std::vector<std::string> parameters(std::string_view name) const;
  static Target parse(std::string_view target);
};

/// "%2F" to "/". Nothing if an escape is malformed or stands for NUL.
std::optional<std::string> percent_decode(std::string_view text);
/// Everything but RFC 3986 unreserved characters is escaped.
std::string percent_encode(std::string_view text);

/// A request's body while it arrives. Whoever does not read makes the client wait.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  /// The next piece, at most some 64 KiB; an empty one at the body's end, and ever after.
  ///
  /// Errors   closed (the client is gone), timed_out (it sent nothing for the server's body deadline),
  /// too_large
  ///          (over the rule's limit), protocol. Each is final.
  virtual base::Task<base::Result<std::string>> read() = 0;
};

/// How the body of a request is read.
struct BodyRule {
  bool is_streamed = false;          ///< by the handler, which begins when the head is there; else before it
  std::optional<base::Bytes> limit;  ///< none: the server's
};

struct Request {
  std::string method;  ///< "GET", …
  Target target;
  Fields headers;
  std::string body;
  BodyReader* incoming = nullptr;  ///< instead of body, where the rule says so; until the handler returns
  std::string remote_address;      ///< "127.0.0.1" or "::1": the peer of the TCP connection, never a header
  std::string id;                  ///< made here; goes into the answer (x-request-id) and the log
  bool wants_websocket = false;

  std::string_view header(std::string_view name) const { return headers.value_or(name, {}); }
};

/// A file as a body: opened by the server, served with ranges and If-None-Match (RFC 9110 §14).
struct FileBody {
  std::string path;
};

/// Takes a body piece by piece while it is made.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  /// Sends a piece at once. False when the client has gone, or takes nothing any more: nobody reads the rest.
  virtual base::Task<bool> write(std::string_view piece) = 0;
};

/// Writes a whole body. It runs when the handler has returned: what it uses of the request, it has copied.
/// Cancel   when the client hangs up (terminal).
using BodyStream = std::function<base::Task<void>(BodyWriter&)>;

using OnWebsocket = std::function<base::Task<void>(std::unique_ptr<MessageStream>)>;

/// How one websocket is served.
struct WebsocketLimits {
  base::Bytes message = base::Bytes{100ull * 1024 * 1024 - 4096};  ///< one incoming message
  base::Bytes queue = base::Bytes{256ull * 1024 * 1024};           ///< outgoing, not yet taken
  bool sends_binary = false;  ///< what is sent are binary messages, not text
};

struct Response {
  unsigned status = 200;
  Fields headers;  ///< content-length, date, connection and x-request-id are the server's own
  std::string body;
  std::optional<FileBody> file;  ///< instead of body
  BodyStream stream;             ///< instead of body: sent in chunks, each as it is written

  /// Called once if this answer could not be handed to the client: it hung up before or while it was written.
  std::function<void()> undelivered;

  /// Set with status 101: the connection becomes a websocket and this runs until it has ended. The stream is
  /// the coroutine's to keep; the connection ends when it is destroyed.
  OnWebsocket on_websocket;
  WebsocketLimits websocket_limits;
};

Response text_response(unsigned status, std::string_view content_type, std::string body);

/// "404" to "Not Found" (RFC 9110 §15, IANA registry).
std::string_view reason_phrase(unsigned status);

}  // namespace greenroom::net
