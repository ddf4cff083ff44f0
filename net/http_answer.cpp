// The writing half of HttpConnection: answers, files, refusals, and the last moments of a connection.
#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/sendfile.h>

#include "net/file_answer.hpp"
#include "net/http_connection.hpp"
#include "net/range.hpp"
#include "net/response_head.hpp"

namespace greenroom::net {
namespace {

namespace asio = boost::asio;
using base::use_tuple;

// Up to this size a copy behind the head is cheaper than a second buffer for the kernel.
constexpr std::size_t copied_body = 16 * 1024;
constexpr std::size_t kept_output = 64 * 1024;
constexpr std::uint64_t file_step = 256 * 1024;

}  // namespace

// Sends what the handler says about something that is no valid request; the connection ends with it, because
// nobody knows where the next request would begin.
base::Task<void> HttpConnection::refuse(unsigned status, std::string_view why) {
  if (exchange_.id.empty()) exchange_.id = context_.make_request_id();
  if (exchange_.target.path.empty()) exchange_.target = parser_.request().target;
  if (exchange_.target.path.empty()) exchange_.target.path = "/";
  keep_alive_ = false;
  Response response = context_.handler.refuse(status, why, exchange_.target);
  if (status == 426) {
    response.headers.set("upgrade", "websocket");
    response.headers.set("sec-websocket-version", "13");
  }
  co_await send(response);
}

base::Task<bool> HttpConnection::send(const Response& response) {
  const bool has_body = may_have_body(response.status);
  HeadOptions options;
  options.keep_alive = keep_alive_;
  options.to_http_1_0 = parser_.is_http_1_0();
  if (has_body) options.content_length = response.body.size();
  options.request_id = exchange_.id;
  options.date = context_.date();
  out_.clear();
  append_head(out_, response, options);
  std::string_view body;
  if (has_body && !exchange_.is_head) body = response.body;
  if (body.size() <= copied_body) {
    out_ += body;
    body = {};
  }
  const bool sent = co_await write(out_, body);
  if (out_.capacity() > kept_output) std::string().swap(out_);
  co_return sent;
}

base::Task<bool> HttpConnection::send_file(Response& response) {
  base::Result<OpenFile> file = open_file(response.file->path);
  if (!file) {
    const bool missing = file.error().code == base::errc::not_found;
    if (!missing) {
      context_.log.error("file not served", {{"request", exchange_.id}, {"why", file.error().message()}});
    }
    Response refusal = context_.handler.refuse(missing ? 404 : 500, missing ? "not found" : "internal error",
                                               exchange_.target);
    co_return co_await send(refusal);
  }
  const std::uint64_t size = file->size.count;
  FilePlan plan;
  if (response.status == 200) plan = plan_file(exchange_.conditions, file->etag, file->size);
  if (plan.status == 416) {
    Response refusal = context_.handler.refuse(416, "the range lies outside the file", exchange_.target);
    refusal.headers.set("content-range", "bytes */" + std::to_string(size));
    co_return co_await send(refusal);
  }
  if (response.status == 200) response.status = plan.status;
  std::uint64_t first = 0;
  std::uint64_t count = size;
  if (plan.status == 206) {
    first = plan.range.first;
    count = plan.range.size();
    response.headers.set("content-range", "bytes " + std::to_string(first) + "-" +
                                              std::to_string(plan.range.last) + "/" + std::to_string(size));
  }
  response.headers.set("etag", file->etag);
  response.headers.set("accept-ranges", "bytes");
  HeadOptions options;
  options.keep_alive = keep_alive_;
  options.to_http_1_0 = parser_.is_http_1_0();
  if (may_have_body(response.status)) options.content_length = count;
  options.request_id = exchange_.id;
  options.date = context_.date();
  out_.clear();
  append_head(out_, response, options);
  const bool is_written = co_await write(out_, {});
  if (!is_written) co_return false;
  if (exchange_.is_head || !may_have_body(response.status)) co_return true;
  co_return co_await copy_file(file->fd.value(), first, count);
}

base::Task<bool> HttpConnection::copy_file(int fd, std::uint64_t offset, std::uint64_t count) {
  auto position = static_cast<off_t>(offset);
  while (count > 0) {
    if (cut_) co_return false;
    const auto step = static_cast<std::size_t>(std::min(count, file_step));
    const ssize_t sent = ::sendfile(socket_.native_handle(), fd, &position, step);
    if (sent > 0) {
      count -= static_cast<std::uint64_t>(sent);
      enter(Phase::writing);
      continue;
    }
    if (sent < 0 && errno == EINTR) continue;
    // 0: the file is shorter than its head has promised; only closing tells the client so.
    if (sent == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) co_return false;
    const bool is_writable = co_await wait_writable();
    if (!is_writable) co_return false;
  }
  co_return true;
}

// Nearly always the socket takes everything at once, and then nothing here suspends.
base::Task<bool> HttpConnection::write(std::string_view head, std::string_view body) {
  std::array<asio::const_buffer, 2> rest{asio::buffer(head), asio::buffer(body)};
  enter(Phase::writing);
  while (asio::buffer_size(rest) > 0) {
    boost::system::error_code error;
    std::size_t sent = socket_.write_some(rest, error);
    for (asio::const_buffer& buffer : rest) {
      const std::size_t part = std::min(sent, buffer.size());
      buffer += part;
      sent -= part;
    }
    if (error == asio::error::would_block) {
      const bool is_writable = co_await wait_writable();
      if (!is_writable) co_return false;
    } else if (error) {
      co_return false;
    }
  }
  co_return true;
}

// False when the client takes nothing for too long, or is gone.
base::Task<bool> HttpConnection::wait_writable() {
  enter(Phase::writing);
  auto [error] = co_await socket_.async_wait(asio::socket_base::wait_write, use_tuple);
  co_return !error && !timed_out_;
}

// A socket closed with unread bytes answers with a reset, which can take the answer away from a client that
// is still sending (RFC 9112 §9.6): say that we are done, and read on for a moment.
base::Task<void> HttpConnection::linger() {
  boost::system::error_code error;
  socket_.shutdown(asio::socket_base::shutdown_send, error);
  if (error || hung_up_ || timed_out_ || cut_) co_return;
  enter(Phase::lingering);
  in_.resize(std::max<std::size_t>(in_.size(), 1));
  while (!timed_out_ && !cut_) {
    auto [failure, count] = co_await socket_.async_read_some(asio::buffer(in_), use_tuple);
    if (failure) co_return;
  }
}

base::Task<void> HttpConnection::run_websocket(Response response) {
  keep_alive_ = false;
  WebsocketSetup setup;
  setup.key = std::move(exchange_.ws_key);
  setup.protocol = std::move(exchange_.ws_protocol);
  setup.early.assign(in_, begin_, end_ - begin_);
  setup.request_id = exchange_.id;
  setup.answer_headers = std::move(response.headers);
  setup.limits = response.websocket_limits;
  setup.ping_interval = context_.options.ping_interval;
  setup.write_deadline = context_.options.write_deadline;
  std::string().swap(in_);
  std::string().swap(out_);
  parser_.reset();
  enter(Phase::websocket);
  websocket_ = Websocket::make(std::move(socket_), std::move(setup), context_.counters);
  co_await serve_websocket(response);
}

}  // namespace greenroom::net
