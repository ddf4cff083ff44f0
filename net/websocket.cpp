// Beast reads (masks, fragments, UTF-8, control frames, the closing handshake); what goes out, Beast's own
// control frames included, passes through one outbox, so that a burst of messages is one system call, frames
// never interleave, and the queue has one bound.
#include "net/websocket.hpp"

#include <cassert>
#include <sys/uio.h>

#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "base/task_group.hpp"
#include "net/websocket_wire.hpp"

namespace greenroom::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using base::use_tuple;
using std::chrono::milliseconds;

// A message buffer larger than this is given back before the next read.
constexpr std::size_t kept_input = 1024 * 1024;
// So long a closing stream may make no progress.
constexpr milliseconds close_wait{5'000};
constexpr unsigned most_unanswered_pings = 2;
constexpr std::string_view ping_frame{"\x89\x00", 2};

class Session final : public Websocket {
 public:
  Session(tcp::socket socket, WebsocketSetup setup, ServerCounters& counters)
      : setup_(std::move(setup)),
        counters_(counters),
        changed_(socket.get_executor()),
        tasks_(socket.get_executor()),
        beast_(std::move(socket), std::move(setup_.early)) {}

  base::Task<bool> accept() override;
  void close(CloseReason reason) override;
  void cut() override;
  base::Task<void> finish() override;
  void tick(base::SteadyTime now) override;

  /// Holds `self` while it waits.
  static base::Task<base::Result<std::string_view>> read(std::shared_ptr<Session> self);
  bool send(std::string message);
  void release();
  CloseReason close_reason() const { return reason_; }
  std::size_t queued() { return outbox().size(); }

 private:
  enum class Flush { empty, blocked, failed };

  WebsocketOutbox& outbox() { return beast_.next_layer().outbox(); }
  tcp::socket& socket() { return beast_.next_layer().socket(); }
  void wake_writer() { beast_.next_layer().written().notify_all(); }
  base::Task<void> write_loop();
  base::Task<void> run_close(CloseReason reason);
  base::Task<void> close_soon();
  base::Task<void> drain_input();
  Flush flush();
  base::Error end(const beast::error_code& error);
  void begin_ending();

  WebsocketSetup setup_;
  ServerCounters& counters_;
  base::Notifier changed_;  // any of the flags below
  base::TaskGroup tasks_;
  beast::websocket::stream<Wire, false> beast_;
  beast::flat_buffer in_;
  CloseReason reason_{1006, {}};
  base::SteadyTime next_ping_{};
  base::SteadyTime ending_since_{};   // set with is_ending_
  base::SteadyTime last_progress_{};  // of writing, or of ending
  std::size_t seen_input_ = 0;        // size of in_ at the last ping
  unsigned unanswered_pings_ = 0;
  bool is_accepted_ = false;
  bool is_released_ = false;  // the handler's handle is gone
  bool is_reading_ = false;
  bool is_closing_ = false;  // close() was called
  bool is_close_running_ = false;
  bool has_ended_ = false;     // a read has failed
  bool is_ending_ = false;     // one of the two above
  bool is_finishing_ = false;  // the writer ends with the outbox
  bool is_writer_idle_ = false;
  bool write_failed_ = false;
  bool was_blocked_ = false;
  bool is_cut_ = false;
  bool is_alive_ = true;  // a sign of life since the last ping
};

base::Task<bool> Session::accept() {
  tasks_.spawn(write_loop());
  http::request<http::empty_body> request{http::verb::get, "/", 11};
  request.set(http::field::host, "greenroom");  // the real one was judged before
  request.set(http::field::upgrade, "websocket");
  request.set(http::field::connection, "upgrade");
  request.set(http::field::sec_websocket_version, "13");
  request.set(http::field::sec_websocket_key, setup_.key);
  auto decorate = [this](beast::websocket::response_type& answer) {
    answer.erase(http::field::server);
    for (const auto& [name, value] : setup_.answer_headers) answer.set(name, value);
    answer.set("x-request-id", setup_.request_id);
    if (!setup_.protocol.empty()) answer.set(http::field::sec_websocket_protocol, setup_.protocol);
  };
  beast_.set_option(beast::websocket::stream_base::decorator(std::move(decorate)));
  beast_.read_message_max(setup_.limits.message.count);
  beast_.auto_fragment(false);
  beast_.control_callback([this](auto, auto) { is_alive_ = true; });
  next_ping_ = std::chrono::steady_clock::now() + setup_.ping_interval;
  auto [error] = co_await beast_.async_accept(request, use_tuple);
  is_accepted_ = !error;
  co_return is_accepted_;
}

base::Task<base::Result<std::string_view>> Session::read(std::shared_ptr<Session> self) {
  if (self->has_ended_) co_return base::Error{base::errc::closed, {}};
  assert(!self->is_reading_);
  beast::flat_buffer& in = self->in_;
  in.clear();
  if (in.capacity() > kept_input) in.shrink_to_fit();
  self->seen_input_ = 0;
  self->is_reading_ = true;
  auto [error, count] = co_await self->beast_.async_read(in, use_tuple);
  self->is_reading_ = false;
  if (error) co_return self->end(error);
  self->is_alive_ = true;
  ++self->counters_.websocket_messages_in;
  self->counters_.websocket_bytes_in += count;
  co_return std::string_view{static_cast<const char*>(in.data().data()), count};
}

base::Error Session::end(const beast::error_code& error) {
  has_ended_ = true;
  begin_ending();
  changed_.notify_all();
  const bool too_large = error == beast::websocket::error::message_too_big;
  if (!is_closing_) {
    if (error == beast::websocket::error::closed) {
      const auto& peer = beast_.reason();
      reason_.code = peer.code == beast::websocket::close_code::none ? std::uint16_t{1005} : peer.code;
      reason_.reason.assign(peer.reason.data(), peer.reason.size());
    } else if (too_large) {
      reason_ = {1009, "message too large"};
    } else if (error == beast::websocket::error::bad_frame_payload) {
      reason_ = {1007, "invalid text"};
    } else if (error == beast::websocket::condition::protocol_violation) {
      reason_ = {1002, "protocol error"};
    }
  }
  return {too_large ? base::errc::too_large : base::errc::closed, {}};
}

void Session::begin_ending() {
  if (std::exchange(is_ending_, true)) return;
  ending_since_ = last_progress_ = std::chrono::steady_clock::now();
}

bool Session::send(std::string message) {
  if (is_closing_ || has_ended_ || is_cut_ || write_failed_) return false;
  const std::uint64_t budget = setup_.limits.queue.count;
  if (!outbox().empty() && outbox().size() + message.size() > budget) {
    // The peer may just not have been offered it yet.
    if (flush() == Flush::failed) return false;
    if (!outbox().empty() && outbox().size() + message.size() > budget) {
      outbox().drop_unsent();
      close({1008, "client does not read"});
      return false;
    }
  }
  ++counters_.websocket_messages_out;
  counters_.websocket_bytes_out += message.size();
  const bool is_binary = setup_.limits.sends_binary;
  outbox().push(is_binary ? WebsocketOutbox::Kind::binary : WebsocketOutbox::Kind::text, std::move(message));
  if (is_writer_idle_) wake_writer();
  return true;
}

Session::Flush Session::flush() {
  while (!outbox().empty()) {
    const WebsocketOutbox::Pieces pieces = outbox().front();
    std::array<iovec, WebsocketOutbox::most_pieces> list{};
    for (std::size_t i = 0; i < pieces.count; ++i) {
      list[i].iov_base = const_cast<char*>(pieces.list[i].data());
      list[i].iov_len = pieces.list[i].size();
    }
    msghdr message{};
    message.msg_iov = list.data();
    message.msg_iovlen = pieces.count;
    const ssize_t sent = ::sendmsg(socket().native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) {
        was_blocked_ = true;
        return Flush::blocked;
      }
      write_failed_ = true;
      outbox() = {};
      return Flush::failed;
    }
    outbox().pop(static_cast<std::size_t>(sent));
    // A peer that makes room in a full socket is alive; that a socket takes a little proves nothing.
    if (was_blocked_) is_alive_ = true;
    was_blocked_ = false;
    if (is_ending_) last_progress_ = std::chrono::steady_clock::now();
  }
  return Flush::empty;
}

base::Task<void> Session::write_loop() {
  co_await base::keep_running_when_cancelled();
  while (!is_cut_) {
    switch (flush()) {
      case Flush::failed:
        co_return;
      case Flush::blocked:
        (void)co_await socket().async_wait(asio::socket_base::wait_write, use_tuple);
        break;
      case Flush::empty:
        if (is_finishing_) co_return;
        is_writer_idle_ = true;
        co_await beast_.next_layer().written().wait();
        is_writer_idle_ = false;
        break;
    }
  }
}

void Session::close(CloseReason reason) {
  if (is_closing_ || has_ended_ || is_cut_ || !is_accepted_) return;
  is_closing_ = true;
  begin_ending();
  if (reason.reason.size() > 123) reason.reason.resize(123);
  reason_ = reason;
  if (reason.code == 1006) return cut();  // it cannot be sent
  is_close_running_ = true;
  tasks_.spawn(run_close(std::move(reason)));
}

// Beside a read that is under way, which then ends with the peer's answer.
base::Task<void> Session::run_close(CloseReason reason) {
  co_await base::keep_running_when_cancelled();
  beast::websocket::close_reason out;
  out.code = reason.code == 1005 ? std::uint16_t{0} : reason.code;
  out.reason.assign(reason.reason.data(), reason.reason.size());
  (void)co_await beast_.async_close(out, use_tuple);
  is_close_running_ = false;
  changed_.notify_all();
}

void Session::cut() {
  is_cut_ = true;
  begin_ending();
  beast::error_code ignored;
  socket().close(ignored);
  wake_writer();
  changed_.notify_all();
}

void Session::release() {
  is_released_ = true;
  tasks_.spawn(close_soon());
  changed_.notify_all();
}

// A turn later: when the handler has thrown, its stream goes first, and the exception has the better reason.
base::Task<void> Session::close_soon() {
  co_await base::keep_running_when_cancelled();
  (void)co_await asio::post(base::use_tuple);
  CloseReason gone{1001, {}};
  close(std::move(gone));
}

void Session::tick(base::SteadyTime now) {
  if (is_cut_) return;
  if (is_ending_) {
    const bool stuck = now - last_progress_ >= std::min(close_wait, setup_.write_deadline);
    if (stuck || now - ending_since_ >= std::max(close_wait, setup_.write_deadline)) cut();
    return;
  }
  if (now < next_ping_) return;
  next_ping_ = now + setup_.ping_interval;
  // Without a reader nobody hears the answer; and a large message on its way is a sign of life too.
  const std::size_t input = is_reading_ ? in_.size() : 0;
  if (is_alive_ || !is_reading_ || input != seen_input_) unanswered_pings_ = 0;
  if (unanswered_pings_ >= most_unanswered_pings) return cut();
  seen_input_ = input;
  is_alive_ = false;
  ++unanswered_pings_;
  beast_.next_layer().push_control(ping_frame);
  if (is_writer_idle_) wake_writer();
}

base::Task<void> Session::finish() {
  co_await base::disable_cancellation();
  while (is_accepted_ && !is_released_) co_await changed_.wait();
  CloseReason gone{1001, {}};
  close(std::move(gone));
  while (is_reading_ || is_close_running_) co_await changed_.wait();
  begin_ending();
  is_finishing_ = true;
  wake_writer();
  co_await tasks_.join();
  if (!is_cut_ && !write_failed_) co_await drain_input();
  beast::error_code ignored;
  socket().close(ignored);
}

// A socket closed with unread bytes resets the connection, and the peer may never see our closing frame.
base::Task<void> Session::drain_input() {
  beast::error_code error;
  socket().shutdown(asio::socket_base::shutdown_send, error);
  in_.clear();
  while (!error && !is_cut_) {
    auto [failure, count] = co_await socket().async_read_some(in_.prepare(16 * 1024), use_tuple);
    error = failure;
  }
}

class Handle final : public MessageStream {
 public:
  explicit Handle(std::shared_ptr<Session> session) : session_(std::move(session)) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() override { session_->release(); }

  base::Task<base::Result<std::string_view>> read() override { return Session::read(session_); }
  bool send(std::string message) override { return session_->send(std::move(message)); }
  void close(CloseReason reason) override { session_->close(std::move(reason)); }
  CloseReason close_reason() const override { return session_->close_reason(); }
  base::Bytes queued() const override { return base::Bytes{session_->queued()}; }

 private:
  std::shared_ptr<Session> session_;
};

}  // namespace

std::shared_ptr<Websocket> Websocket::make(tcp::socket socket, WebsocketSetup setup,
                                           ServerCounters& counters) {
  return std::make_shared<Session>(std::move(socket), std::move(setup), counters);
}

std::unique_ptr<MessageStream> open_stream(std::shared_ptr<Websocket> websocket) {
  return std::make_unique<Handle>(std::static_pointer_cast<Session>(std::move(websocket)));
}

}  // namespace greenroom::net
