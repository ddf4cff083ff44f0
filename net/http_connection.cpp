// Reading requests and running the handler. What goes out is in http_answer.cpp.
#include "net/http_connection.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>

#include <boost/system/system_error.hpp>

#include "base/time_format.hpp"
#include "net/ascii.hpp"

namespace greenroom::net {
namespace {

namespace asio = boost::asio;
using base::use_tuple;
using std::chrono::milliseconds;

constexpr std::size_t small_buffer = 4 * 1024;
constexpr std::size_t body_buffer = 64 * 1024;
// A handler that takes longer than this is watched for its client's hang-up.
constexpr milliseconds quick_handler{100};
// One that took longer than this has suspended: look once whether the client is still there.
constexpr milliseconds instant_handler{2};
constexpr milliseconds linger_time{1'000};

bool is_request_id(std::string_view text) {
  constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !text.empty() && text.size() <= 64 && text.find_first_not_of(allowed) == text.npos;
}

}  // namespace

std::string what_happened(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "an exception of unknown type";
  }
}

const std::string& ConnectionContext::date() {
  const auto now = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  const std::int64_t second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  if (second != date_second_) {
    date_second_ = second;
    date_ = base::to_http_date(now);
  }
  return date_;
}

std::string ConnectionContext::make_request_id() {
  // splitmix64's finaliser: one to one, so a counter stays unique, and neighbours do not look alike.
  std::uint64_t x = ++next_request * 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  x ^= x >> 31;
  std::string id(16, '0');
  for (char& c : id) {
    c = "0123456789abcdef"[x & 15];
    x >>= 4;
  }
  return id;
}

HttpConnection::HttpConnection(asio::ip::tcp::socket socket, ConnectionContext& context, bool over_limit)
    : socket_(std::move(socket)),
      context_(context),
      parser_({context.options.header_limit, context.options.body_limit},
              [&context](const Request& head) { return context.handler.body_rule(head); }),
      over_limit_(over_limit) {
  boost::system::error_code ignored;
  const auto peer = socket_.remote_endpoint(ignored);
  if (!ignored) remote_address_ = peer.address().to_string();
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  enter(Phase::idle);
}

void HttpConnection::enter(Phase phase) {
  const ServerOptions& options = context_.options;
  phase_ = phase;
  since_ = std::chrono::steady_clock::now();
  switch (phase) {
    case Phase::idle:
      deadline_ = since_ + options.idle_deadline;
      break;
    case Phase::head:
      deadline_ = since_ + options.header_deadline;
      break;
    case Phase::body:
      deadline_ = since_ + options.body_deadline;
      break;
    case Phase::writing:
      deadline_ = since_ + options.write_deadline;
      break;
    case Phase::lingering:
      deadline_ = since_ + linger_time;
      break;
    case Phase::handling:  // as long as the handler likes
    case Phase::websocket:
      deadline_ = base::SteadyTime::max();
      break;
  }
}

void HttpConnection::sweep(base::SteadyTime now) {
  if (websocket_) return websocket_->tick(now);
  // Who reads the body sees a hang-up there.
  if (phase_ == Phase::handling && !watcher_ && !is_receiving() && now - since_ >= quick_handler) {
    watcher_.emplace(socket_.get_executor());
    watcher_->spawn(watch());
  }
  if (now < deadline_) return;
  timed_out_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

void HttpConnection::drain() {
  draining_ = true;
  boost::system::error_code ignored;
  if (phase_ == Phase::idle) socket_.cancel(ignored);
}

void HttpConnection::cut() {
  cut_ = true;
  cancel_.emit(asio::cancellation_type::terminal);
  boost::system::error_code ignored;
  if (websocket_) {
    websocket_->cut();
  } else {
    socket_.close(ignored);
  }
}

base::Task<void> HttpConnection::run() {
  co_await base::keep_running_when_cancelled();
  if (over_limit_) {
    keep_alive_ = false;
    exchange_.id = context_.make_request_id();
    co_await refuse(503, "too many connections");
  }
  while (keep_alive_ && !cut_) {
    const bool has_request = co_await read_request();
    if (!has_request) break;
    co_await answer_request();
  }
  if (websocket_) co_return;
  if (phase_ != Phase::idle) co_await linger();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

// True with a whole request in the parser, or one whose handler reads the body. Otherwise the connection is
// over, and a refusal has been sent.
base::Task<bool> HttpConnection::read_request() {
  parser_.reset();
  exchange_ = {};
  continue_offered_ = false;
  enter(Phase::idle);
  for (;;) {
    if (begin_ < end_) {
      begin_ += parser_.feed({in_.data() + begin_, end_ - begin_});
      const auto state = parser_.state();
      if (state == RequestParser::State::done) co_return true;
      if (state == RequestParser::State::failed) {
        const RequestParser::Refusal refusal = parser_.refusal();
        co_await refuse(refusal.status, refusal.why);
        co_return false;
      }
      if (phase_ == Phase::idle) enter(Phase::head);
      if (state == RequestParser::State::body) {
        if (parser_.is_streamed()) co_return true;
        if (phase_ == Phase::head) enter(Phase::body);
        co_await offer_continue();
      }
    }
    const bool has_more = co_await read_more();
    if (!has_more) co_return false;
  }
}

base::Task<void> HttpConnection::offer_continue() {
  if (std::exchange(continue_offered_, true)) co_return;
  if (begin_ < end_ || parser_.is_http_1_0() || !parser_.expects_continue()) co_return;
  co_await write("HTTP/1.1 100 Continue\r\n\r\n", {});
  enter(Phase::body);
}

// False when the client is gone or too slow, or its head does not end.
base::Task<bool> HttpConnection::read_more() {
  make_room();
  if (end_ == in_.size()) {
    co_await refuse(431, "the request's head is too large");
    co_return false;
  }
  auto [error, count] =
      co_await socket_.async_read_some(asio::buffer(in_.data() + end_, in_.size() - end_), use_tuple);
  end_ += count;
  if (!error && !timed_out_) co_return true;
  if (timed_out_ && phase_ != Phase::idle && !cut_) {
    timed_out_ = false;
    co_await refuse(408, "the request did not arrive in time");
  }
  keep_alive_ = false;
  co_return false;
}

void HttpConnection::make_room() {
  if (begin_ > 0) std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  // Between requests a connection gives back what a large one needed.
  if (end_ == 0 && phase_ == Phase::idle && in_.size() > small_buffer) in_ = std::string();
  if (phase_ == Phase::body) {
    if (in_.size() < body_buffer) in_.resize(body_buffer);
  } else if (end_ == in_.size()) {
    const auto most = std::max(small_buffer, static_cast<std::size_t>(context_.options.header_limit.count));
    in_.resize(std::min(most, std::max(small_buffer, in_.size() * 2)));
  }
}

Request HttpConnection::take_request() {
  Request request = std::move(parser_.request());
  request.remote_address = remote_address_;
  for (const auto& [name, value] : request.headers) {
    switch (name.size()) {
      case 5:
        if (equal_ignoring_case(name, "range")) exchange_.conditions.add(name, value);
        break;
      case 8:
        if (equal_ignoring_case(name, "if-range")) exchange_.conditions.add(name, value);
        break;
      case 12:
        if (equal_ignoring_case(name, "x-request-id") && is_request_id(value)) request.id = value;
        break;
      case 13:
        if (equal_ignoring_case(name, "if-none-match")) exchange_.conditions.add(name, value);
        break;
      case 17:
        if (equal_ignoring_case(name, "sec-websocket-key")) exchange_.ws_key = value;
        break;
      case 22:
        if (equal_ignoring_case(name, "sec-websocket-protocol") && exchange_.ws_protocol.empty()) {
          exchange_.ws_protocol = trim(std::string_view(value).substr(0, value.find(',')));
        }
        break;
      default:
        break;
    }
  }
  if (request.id.empty()) request.id = context_.make_request_id();
  exchange_.id = request.id;
  exchange_.target = request.target;
  exchange_.is_head = request.method == "HEAD";
  exchange_.wants_websocket = request.wants_websocket;
  keep_alive_ = parser_.keep_alive() && !draining_;
  ++context_.counters.requests;
  return request;
}

base::Task<void> HttpConnection::answer_request() {
  Request request = take_request();
  if (parser_.is_streamed()) request.incoming = take_incoming(std::exchange(request.body, {}));
  if (request.wants_websocket && request.header("sec-websocket-version") != "13") {
    co_await refuse(426, "only websocket version 13 is supported");
    co_return;
  }
  Response response;
  const bool answered = co_await call_handler(request, response);
  // Nobody knows where the next request begins in what was not read.
  if (draining_ || is_receiving()) keep_alive_ = false;
  incoming_.reset();
  if (hung_up_ || cut_) {
    keep_alive_ = false;
    if (answered && response.undelivered) response.undelivered();
    co_return;
  }
  if (response.status == 101 && response.on_websocket) {
    if (exchange_.wants_websocket) {
      co_await run_websocket(std::move(response));
    } else {
      co_await refuse(426, "this is a websocket");
    }
    co_return;
  }
  bool delivered = false;
  if (response.file) {
    delivered = co_await send_file(response);
  } else if (response.stream) {
    delivered = co_await send_stream(response);
  } else {
    delivered = co_await send(response);
  }
  if (delivered) co_return;
  keep_alive_ = false;
  if (answered && response.undelivered) response.undelivered();
}

// The root of a request: what the handler throws ends here. False when it did.
base::Task<bool> HttpConnection::call_handler(Request& request, Response& response) {
  // A handler starts with Asio's own defaults, whatever the one before it has set for this coroutine.
  co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
  co_await asio::this_coro::throw_if_cancelled(true);
  enter(Phase::handling);
  std::exception_ptr failure;
  try {
    response = co_await context_.handler.handle(std::move(request));
  } catch (...) {
    failure = std::current_exception();
  }
  co_await base::keep_running_when_cancelled();
  if (watcher_) co_await end_watch();
  if (std::chrono::steady_clock::now() - since_ > instant_handler && client_is_gone()) hung_up_ = true;
  enter(Phase::writing);
  if (!failure) co_return true;
  if (!hung_up_ && !cut_) {
    context_.log.error("request failed", {{"request", exchange_.id}, {"what", what_happened(failure)}});
  }
  response = context_.handler.refuse(500, "internal error", exchange_.target);
  co_return false;
}

bool HttpConnection::client_is_gone() {
  char byte = 0;
  const ssize_t count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

// Runs beside a handler that takes its time. Bytes that arrive are the next request: they hide a later
// hang-up, so there is nothing left to watch.
base::Task<void> HttpConnection::watch() {
  co_await base::keep_running_when_cancelled();
  auto [error] = co_await socket_.async_wait(asio::socket_base::wait_read, use_tuple);
  if (error || !client_is_gone()) co_return;
  hung_up_ = true;
  cancel_.emit(asio::cancellation_type::terminal);
}

base::Task<void> HttpConnection::end_watch() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
  co_await watcher_->join();
  watcher_.reset();
}

// As call_handler() for what runs on a websocket. The stream that it gets may outlive it.
base::Task<void> HttpConnection::serve_websocket(const Response& response) {
  const bool is_accepted = co_await websocket_->accept();
  if (is_accepted) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    co_await asio::this_coro::throw_if_cancelled(true);
    std::exception_ptr failure;
    try {
      co_await response.on_websocket(open_stream(websocket_));
    } catch (...) {
      failure = std::current_exception();
    }
    co_await base::keep_running_when_cancelled();
    if (failure && !cut_) {
      context_.log.error("websocket failed", {{"request", exchange_.id}, {"what", what_happened(failure)}});
      CloseReason reason{1011, "internal error"};
      websocket_->close(std::move(reason));
    }
  } else if (response.undelivered) {
    response.undelivered();
  }
  co_await websocket_->finish();
}

}  // namespace greenroom::net
