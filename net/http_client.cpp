// One exchange over a blocking talk with poll(); everything shares one deadline.
#include "net/http_client.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/fd.hpp"
#include "net/ascii.hpp"

namespace greenroom::net {
namespace {

namespace http = boost::beast::http;
using base::errc;
using base::Error;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t answer_limit = 64ull * 1024 * 1024;
constexpr std::uint32_t head_limit = 64 * 1024;

class Exchange {
 public:
  Exchange(const ClientRequest& request, const OnPiece& on_piece)
      : request_(request), on_piece_(on_piece), deadline_(Clock::now() + request.deadline) {}

  base::Result<void> connect();
  base::Result<void> send(std::string_view bytes);
  base::Result<Response> receive();

 private:
  base::Result<void> wait(short events);
  base::Result<void> connect_to(const addrinfo& address);
  base::Result<void> hand_on(http::response_parser<http::string_body>& parser);

  const ClientRequest& request_;
  const OnPiece& on_piece_;  // may be empty
  Clock::time_point deadline_;
  base::UniqueFd socket_;
};

base::Result<void> Exchange::wait(short events) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()).count();
    if (left <= 0) return Error{errc::timed_out, "the server did not answer in time"};
    pollfd entry{socket_.value(), events, 0};
    const int count = ::poll(&entry, 1, static_cast<int>(std::min<long>(left, 1'000'000)));
    if (count > 0) return {};
    if (count < 0 && errno != EINTR) return base::errno_error("wait for the server", errno);
  }
}

base::Result<void> Exchange::connect_to(const addrinfo& address) {
  socket_.reset(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket_) return base::errno_error("make a socket", errno);
  if (::connect(socket_.value(), address.ai_addr, address.ai_addrlen) == 0) return {};
  int failure = errno;
  if (failure == EINPROGRESS) {
    if (auto ready = wait(POLLOUT); !ready) return ready;
    socklen_t size = sizeof failure;
    if (::getsockopt(socket_.value(), SOL_SOCKET, SO_ERROR, &failure, &size) != 0) failure = errno;
  }
  if (failure == 0) return {};
  return Error{errc::closed, "nobody listens there"};
}

base::Result<void> Exchange::connect() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const std::string port = std::to_string(request_.port);
  if (const int code = ::getaddrinfo(request_.host.c_str(), port.c_str(), &hints, &list); code != 0) {
    return Error{errc::closed, "'" + request_.host + "': " + ::gai_strerror(code)};
  }
  base::Result<void> last = Error{errc::closed, "no address"};
  for (const addrinfo* address = list; address; address = address->ai_next) {
    last = connect_to(*address);
    if (last || last.error().code == errc::timed_out) break;
  }
  ::freeaddrinfo(list);
  return last;
}

base::Result<void> Exchange::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.value(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (auto ready = wait(POLLOUT); !ready) return ready;
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return {};  // it may have answered before it closed
    } else if (errno != EINTR) {
      return base::errno_error("send a request", errno);
    }
  }
  return {};
}

base::Result<Response> to_response(http::response<http::string_body> message) {
  Response response;
  response.status = message.result_int();
  for (const auto& field : message) {
    response.headers.add(std::string(field.name_string()), std::string(field.value()));
  }
  response.body = std::move(message.body());
  return response;
}

/// Empties what has come of a body into the caller's hands.
base::Result<void> Exchange::hand_on(http::response_parser<http::string_body>& parser) {
  if (!on_piece_ || !parser.is_header_done() || parser.get().result() != http::status::ok) return {};
  std::string& body = parser.get().body();
  if (body.empty()) return {};
  std::optional<base::Bytes> whole;
  if (const auto length = parser.content_length()) whole = base::Bytes{*length};
  deadline_ = Clock::now() + request_.deadline;
  const auto taken = on_piece_(body, whole);
  body.clear();
  return taken;
}

base::Result<Response> Exchange::receive() {
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  if (on_piece_)
    parser.body_limit(boost::none);
  else
    parser.body_limit(answer_limit);
  parser.header_limit(head_limit);
  if (request_.method == "HEAD") parser.skip(true);
  std::string in;
  std::string piece(64 * 1024, '\0');
  while (!parser.is_done()) {
    if (auto ready = wait(POLLIN); !ready) return ready.error();
    const ssize_t count = ::recv(socket_.value(), piece.data(), piece.size(), 0);
    if (count < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) continue;
    if (count < 0) return Error{errc::closed, "the connection broke"};
    boost::system::error_code error;
    if (count == 0) {
      if (!parser.got_some() || !parser.is_header_done()) return Error{errc::closed, "no answer came"};
      parser.put_eof(error);
      if (error) return Error{errc::closed, "the answer is cut short"};
      break;
    }
    in.append(piece, 0, static_cast<std::size_t>(count));
    while (!in.empty() && !parser.is_done()) {
      in.erase(0, parser.put(boost::asio::buffer(in), error));
      if (error) break;
    }
    if (error == http::error::need_more || !error) {
      if (const auto taken = hand_on(parser); !taken) return taken.error();
      continue;
    }
    if (error == http::error::body_limit || error == http::error::header_limit) {
      return Error{errc::too_large, "the answer is too large"};
    }
    return Error{errc::protocol, "the answer is not HTTP"};
  }
  return to_response(parser.release());
}

}  // namespace

base::Result<Response> fetch(const ClientRequest& request) { return fetch(request, OnPiece()); }

base::Result<Response> fetch(const ClientRequest& request, const OnPiece& on_piece) {
  std::string bytes = request.method + " " + request.target + " HTTP/1.1\r\n";
  if (!request.headers.find("host")) {
    const bool is_ipv6 = request.host.find(':') != request.host.npos;
    bytes += "host: " + (is_ipv6 ? "[" + request.host + "]" : request.host) + ":" +
             std::to_string(request.port) + "\r\n";
  }
  for (const auto& [name, value] : request.headers) bytes += name + ": " + value + "\r\n";
  bytes += "connection: close\r\n";
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    bytes += "content-length: " + std::to_string(request.body.size()) + "\r\n";
  }
  bytes += "\r\n";
  bytes += request.body;

  Exchange exchange(request, on_piece);
  if (auto connected = exchange.connect(); !connected) return connected.error();
  if (auto sent = exchange.send(bytes); !sent) return sent.error();
  return exchange.receive();
}

}  // namespace greenroom::net
