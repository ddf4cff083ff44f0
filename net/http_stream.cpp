// Answers whose body is made while it is sent.
#include <charconv>

#include "net/http_connection.hpp"
#include "net/response_head.hpp"

namespace greenroom::net {

namespace asio = boost::asio;

/// Pieces become chunks (RFC 9112 §7.1); to HTTP/1.0, whose body ends with the connection, they go as they
/// are.
class HttpConnection::Chunks final : public BodyWriter {
 public:
  explicit Chunks(HttpConnection& connection) : connection_(connection) {}

  base::Task<bool> write(std::string_view piece) override {
    HttpConnection& to = connection_;
    if (to.hung_up_ || to.cut_) co_return false;
    if (piece.empty()) co_return true;  // an empty chunk would end the body
    std::string out;
    if (!to.parser_.is_http_1_0()) out = to_hex(piece.size()) + "\r\n";
    out += piece;
    if (!to.parser_.is_http_1_0()) out += "\r\n";
    const bool written = co_await to.write(out, {});
    to.enter(Phase::handling);
    if (!written) to.hung_up_ = true;
    co_return written;
  }

 private:
  static std::string to_hex(std::size_t number) {
    char digits[16];
    return std::string(digits, std::to_chars(digits, digits + sizeof digits, number, 16).ptr);
  }

  HttpConnection& connection_;
};

// As call_handler(), for what writes a body while it is sent. False when it failed: a body that stops short
// then shows as a cut connection.
base::Task<bool> HttpConnection::run_stream(const Response& response) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
  co_await asio::this_coro::throw_if_cancelled(true);
  enter(Phase::handling);
  Chunks chunks(*this);
  std::exception_ptr failure;
  try {
    co_await response.stream(chunks);
  } catch (...) {
    failure = std::current_exception();
  }
  co_await base::keep_running_when_cancelled();
  if (watcher_) co_await end_watch();
  if (failure && !hung_up_ && !cut_)
    context_.log.error("body not finished", {{"request", exchange_.id}, {"what", what_happened(failure)}});
  co_return !failure && !hung_up_ && !cut_;
}

base::Task<bool> HttpConnection::send_stream(const Response& response) {
  const bool has_body = may_have_body(response.status);
  HeadOptions options;
  options.is_chunked = has_body && !parser_.is_http_1_0();
  if (has_body && !options.is_chunked) keep_alive_ = false;  // only the connection's end shows the body's
  options.keep_alive = keep_alive_;
  options.to_http_1_0 = parser_.is_http_1_0();
  options.request_id = exchange_.id;
  options.date = context_.date();
  out_.clear();
  append_head(out_, response, options);
  const bool begun = co_await write(out_, {});
  if (!begun) co_return false;
  if (exchange_.is_head || !has_body) co_return true;
  const bool finished = co_await run_stream(response);
  if (!finished) co_return false;
  if (!options.is_chunked) co_return true;
  co_return co_await write("0\r\n\r\n", {});
}

}  // namespace greenroom::net
