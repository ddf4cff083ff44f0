// The layer below Beast's websocket: it lets Beast read from the socket, and keeps what Beast writes for the
// outbox, where the server's own frames are too. Includes Beast, so only for websocket.cpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/role.hpp>

#include "base/event.hpp"
#include "net/websocket_outbox.hpp"

namespace greenroom::net {

/// What Beast takes for its socket: reads come from the socket, writes go into the outbox.
class Wire {
 public:
  using executor_type = boost::asio::ip::tcp::socket::executor_type;

  Wire(boost::asio::ip::tcp::socket socket, std::string early)
      : socket_(std::move(socket)), early_(std::move(early)) {}

  executor_type get_executor() { return socket_.get_executor(); }
  boost::asio::ip::tcp::socket& socket() { return socket_; }
  WebsocketOutbox& outbox() { return outbox_; }
  base::Notifier& written() { return written_; }

  /// Whole frames that are no message. A peer that pings and does not read must not fill our memory.
  void push_control(std::string_view frames) {
    if (outbox_.empty()) waiting_control_ = 0;
    waiting_control_ += frames.size();
    boost::beast::error_code ignored;
    if (waiting_control_ > most_control_bytes) socket_.close(ignored);
    outbox_.push_frames(frames);
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::beast::error_code, std::size_t)>(
        [this](auto handler, const Buffers& into) {
          if (early_.empty()) return socket_.async_read_some(into, std::move(handler));
          const std::size_t count = boost::asio::buffer_copy(into, boost::asio::buffer(early_));
          early_.erase(0, count);
          boost::asio::post(get_executor(), boost::beast::bind_front_handler(
                                                std::move(handler), boost::beast::error_code{}, count));
        },
        token, buffers);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::beast::error_code, std::size_t)>(
        [this](auto handler, const Buffers& from) {
          std::string bytes(boost::asio::buffer_size(from), '\0');
          boost::asio::buffer_copy(boost::asio::buffer(bytes), from);
          push_control(bytes);
          written_.notify_all();
          boost::asio::post(
              get_executor(),
              boost::beast::bind_front_handler(std::move(handler), boost::beast::error_code{}, bytes.size()));
        },
        token, buffers);
  }

 private:
  static constexpr std::size_t most_control_bytes = 1024 * 1024;

  boost::asio::ip::tcp::socket socket_;
  std::string early_;
  WebsocketOutbox outbox_;
  std::size_t waiting_control_ = 0;
  base::Notifier written_{socket_.get_executor()};
};

// Beast's customisation points. The socket is closed by Websocket::finish(), when the outbox is empty.
template <class Handler>
void async_teardown(boost::beast::role_type, Wire& wire, Handler&& handler) {
  boost::asio::post(wire.get_executor(), boost::beast::bind_front_handler(std::forward<Handler>(handler),
                                                                          boost::beast::error_code{}));
}
inline void beast_close_socket(Wire& wire) {
  boost::beast::error_code ignored;
  wire.socket().close(ignored);
}

}  // namespace greenroom::net
