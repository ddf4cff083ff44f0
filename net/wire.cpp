#include "net/wire.hpp"

#include <netinet/tcp.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include "net/ip_rules.hpp"

namespace greenroom::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using base::errc;
using base::Error;
using base::Result;
using base::Task;
using base::use_tuple;

namespace {
void prepare(tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  constexpr int idle = 60, interval = 15, probes = 4;  // seconds, seconds, count
  constexpr int unanswered = 120'000;                  // milliseconds that written bytes may stay unanswered
  for (const auto& [option, value] :
       {std::pair(TCP_KEEPIDLE, idle), std::pair(TCP_KEEPINTVL, interval), std::pair(TCP_KEEPCNT, probes),
        std::pair(TCP_USER_TIMEOUT, unanswered)})
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value, sizeof value);
}

template <class Stream>
class AnyWire final : public ProxyWire {
 public:
  template <class... Arguments>
  explicit AnyWire(Arguments&&... arguments) : stream_(std::forward<Arguments>(arguments)...) {}

  Task<std::size_t> read(char* into, std::size_t size) override {
    auto [error, count] = co_await stream_.async_read_some(asio::buffer(into, size), use_tuple);
    co_return error ? 0 : count;
  }
  Task<bool> write(std::string_view bytes) override {
    auto [error, count] =
        co_await asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()), use_tuple);
    co_return !error;
  }
  void finish() override {
    boost::system::error_code ignored;
    stream_.lowest_layer().shutdown(tcp::socket::shutdown_send, ignored);
  }
  void cut() override {
    boost::system::error_code ignored;
    stream_.lowest_layer().close(ignored);
  }
  Stream& stream() { return stream_; }

 private:
  Stream stream_;
};
}  // namespace

std::unique_ptr<ProxyWire> make_tcp_wire(tcp::socket socket) {
  prepare(socket);
  return std::make_unique<AnyWire<tcp::socket>>(std::move(socket));
}

Task<Result<std::unique_ptr<ProxyWire>>> make_tls_wire(tcp::socket socket, asio::ssl::context& trust,
                                                       std::string host) {
  using Stream = asio::ssl::stream<tcp::socket>;
  prepare(socket);
  auto wire = std::make_unique<AnyWire<Stream>>(std::move(socket), trust);
  Stream& stream = wire->stream();
  // RFC 6066 §3: a name, never an address.
  if (!read_address(host))
    ::SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, host.data());
  boost::system::error_code failure;
  stream.set_verify_mode(asio::ssl::verify_peer, failure);
  if (!failure) stream.set_verify_callback(asio::ssl::host_name_verification(host), failure);
  if (failure) co_return Error{errc::internal, failure.message()};
  auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client, use_tuple);
  if (error) co_return Error{errc::closed, "no TLS with the proxy: " + error.message()};
  co_return std::unique_ptr<ProxyWire>(std::move(wire));
}

}  // namespace greenroom::net
