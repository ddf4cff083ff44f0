// One exchange, over a blocking talk with poll() or on the loop; everything shares one deadline.
#include "net/http_client.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "base/deadline.hpp"
#include "base/fd.hpp"
#include "net/ascii.hpp"

namespace greenroom::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using base::errc;
using base::Error;
using Clock = std::chrono::steady_clock;

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
  base::Result<std::size_t> send_some(std::string_view bytes);
  base::Result<std::size_t> receive_some(std::string& into);
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

/// How much was taken; 0: the other side takes no more, but may have answered before it closed.
base::Result<std::size_t> Exchange::send_some(std::string_view bytes) {
  for (;;) {
    const ssize_t count = ::send(socket_.value(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EPIPE || errno == ECONNRESET) return std::size_t{0};
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (auto ready = wait(POLLOUT); !ready) return ready.error();
    } else if (errno != EINTR) {
      return base::errno_error("send a request", errno);
    }
  }
}

base::Result<void> Exchange::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = send_some(bytes);
    if (!count) return count.error();
    if (*count == 0) return {};
    bytes.remove_prefix(*count);
  }
  return {};
}

/// Waits for the next bytes; 0: the other side has ended.
base::Result<std::size_t> Exchange::receive_some(std::string& into) {
  for (;;) {
    if (auto ready = wait(POLLIN); !ready) return ready.error();
    const ssize_t count = ::recv(socket_.value(), into.data(), into.size(), 0);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
      return Error{errc::closed, "the connection broke"};
  }
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

std::string bytes_of(const ClientRequest& request) {
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
  return bytes;
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
    parser.body_limit(request_.answer_limit.count);
  parser.header_limit(head_limit);
  if (request_.method == "HEAD") parser.skip(true);
  std::string in;
  std::string piece(64 * 1024, '\0');
  while (!parser.is_done()) {
    const auto count = receive_some(piece);
    if (!count) return count.error();
    boost::system::error_code error;
    if (*count == 0) {
      if (!parser.got_some() || !parser.is_header_done()) return Error{errc::closed, "no answer came"};
      parser.put_eof(error);
      if (error) return Error{errc::closed, "the answer is cut short"};
      break;
    }
    in.append(piece, 0, *count);
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

/// An answer as it comes, for a reader that does not block.
base::Task<base::Result<Response>> read_answer(tcp::socket& socket, base::Bytes most) {
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  parser.body_limit(most.count);
  parser.header_limit(head_limit);
  std::string in;
  std::string piece(64 * 1024, '\0');
  while (!parser.is_done()) {
    auto [failure, count] = co_await socket.async_read_some(asio::buffer(piece), base::use_tuple);
    boost::system::error_code error;
    if (failure) {
      if (failure == asio::error::eof && parser.is_header_done()) parser.put_eof(error);
      if (failure == asio::error::eof && parser.is_done() && !error) break;
      co_return Error{errc::closed, "the connection broke"};
    }
    in.append(piece, 0, count);
    while (!in.empty() && !parser.is_done() && !error) in.erase(0, parser.put(asio::buffer(in), error));
    if (!error || error == http::error::need_more) continue;
    if (error == http::error::body_limit || error == http::error::header_limit)
      co_return Error{errc::too_large, "the answer is too large"};
    co_return Error{errc::protocol, "the answer is not HTTP"};
  }
  co_return to_response(parser.release());
}

base::Task<base::Result<Response>> talk(tcp::socket& socket, const ClientRequest& request, base::Bytes most) {
  co_await base::keep_running_when_cancelled();
  boost::system::error_code error;
  const auto address = asio::ip::make_address_v4(request.host, error);
  if (error) co_return Error{errc::closed, "'" + request.host + "' is no address"};
  const tcp::endpoint there(address, request.port);
  auto [refused] = co_await socket.async_connect(there, base::use_tuple);
  if (refused) co_return Error{errc::closed, "nobody listens there"};
  const std::string bytes = bytes_of(request);
  auto [broken, sent] = co_await asio::async_write(socket, asio::buffer(bytes), base::use_tuple);
  // It may have answered before it closed.
  if (broken && broken != asio::error::broken_pipe && broken != asio::error::connection_reset)
    co_return Error{errc::closed, "the connection broke"};
  co_return co_await read_answer(socket, most);
}

/// connect(2): an address of no family dissolves a connection.
bool disconnect(int socket) {
  sockaddr nowhere{};
  nowhere.sa_family = AF_UNSPEC;
  return ::connect(socket, &nowhere, sizeof nowhere) == 0;
}

}  // namespace

base::Result<Response> fetch(const ClientRequest& request) { return fetch(request, OnPiece()); }

base::Result<Response> fetch(const ClientRequest& request, const OnPiece& on_piece) {
  const std::string bytes = bytes_of(request);
  Exchange exchange(request, on_piece);
  if (auto connected = exchange.connect(); !connected) return connected.error();
  if (auto sent = exchange.send(bytes); !sent) return sent.error();
  return exchange.receive();
}

base::Task<base::Result<Response>> fetch_over(base::UniqueFd& socket, ClientRequest request,
                                              base::Bytes most) {
  co_await base::keep_running_when_cancelled();
  const base::Executor executor = co_await asio::this_coro::executor;
  tcp::socket stream(executor);
  boost::system::error_code error;
  stream.assign(tcp::v4(), socket.value(), error);
  if (error) co_return Error{errc::io, "using a socket: " + error.message()};
  (void)socket.release();
  auto answer =
      co_await base::with_deadline(talk(stream, request, most), request.deadline, "waiting for an answer");
  socket.reset(stream.release(error));
  if (!disconnect(socket.value())) socket.reset();
  co_return answer;
}

}  // namespace greenroom::net
