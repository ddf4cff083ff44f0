#include "browser/x_client.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "browser/x_protocol.hpp"

namespace greenroom::browser {

namespace asio = base::asio;
using base::errc;
using base::Error;
using base::Result;
using base::Task;

std::string x_socket_path(int number) { return "/tmp/.X11-unix/X" + std::to_string(number); }

Task<Result<std::unique_ptr<XClient>>> XClient::connect(const Display& display) {
  co_await base::keep_running_when_cancelled();
  std::unique_ptr<XClient> client(new XClient(co_await asio::this_coro::executor));
  auto ready = co_await client->set_up(display);
  if (!ready) co_return ready.error();
  co_return client;
}

Task<Result<void>> XClient::set_up(const Display& display) {
  // By the abstract name first, as Xlib does: a server that ends removes the file of its number behind giving
  // up that name, and by then the file may belong to the number's next server.
  const std::string path = x_socket_path(display.number);
  const asio::local::stream_protocol::endpoint server(std::string(1, '\0') + path);
  auto [refused] = co_await socket_.async_connect(server, base::use_tuple);
  if (refused) {
    boost::system::error_code ignored;
    socket_.close(ignored);
    const asio::local::stream_protocol::endpoint file(path);
    auto [also_refused] = co_await socket_.async_connect(file, base::use_tuple);
    refused = also_refused;
  }
  if (refused) co_return Error{errc::io, "connecting to the display: " + refused.message()};
  auto step = co_await send(x_setup_request(display.cookie));
  if (!step) co_return step;
  const auto prefix = co_await receive(x_setup_prefix);
  if (!prefix) co_return prefix.error();
  const auto size = x_setup_rest(*prefix);
  if (!size) co_return Error{errc::protocol, "the display refuses its cookie"};
  const auto rest = co_await receive(*size);
  if (!rest) co_return rest.error();
  const auto root = x_root_window(*rest);
  if (!root) co_return Error{errc::protocol, "the display's answer is broken"};
  root_ = *root;
  co_return Result<void>{};
}

Task<Result<void>> XClient::send(std::string requests) {
  auto [failure, count] = co_await asio::async_write(socket_, asio::buffer(requests), base::use_tuple);
  if (failure) co_return Error{errc::io, "talking to the display: " + failure.message()};
  co_return Result<void>{};
}

Task<Result<std::string>> XClient::receive(std::size_t size) {
  std::string bytes(size, '\0');
  auto [failure, count] = co_await asio::async_read(socket_, asio::buffer(bytes), base::use_tuple);
  if (failure) co_return Error{errc::io, "listening to the display: " + failure.message()};
  co_return bytes;
}

Task<Result<void>> XClient::ask(std::string requests) {
  auto sent = co_await send(requests + x_sync());
  if (!sent) co_return sent;
  for (;;) {
    const auto packet = co_await receive(x_packet_size);
    if (!packet) co_return packet.error();
    const XPacketKind kind = x_packet_kind(*packet);
    if (kind == XPacketKind::reply) co_return Result<void>{};
    if (kind == XPacketKind::error) co_return Error{errc::protocol, "the display refuses a request"};
  }
}

Task<Result<void>> XClient::move_pointer(int x, int y) { return ask(x_warp_pointer(root_, x, y)); }

Task<Result<void>> XClient::watch_windows() { return ask(x_watch_windows(root_)); }

Task<Result<void>> XClient::resize(std::uint32_t window, Size size) {
  return ask(x_resize(window, size.width, size.height));
}

Task<Result<std::uint32_t>> XClient::wait_for(Size size) {
  for (;;) {
    const auto packet = co_await receive(x_packet_size);
    if (!packet) co_return packet.error();
    const auto window = x_configured(*packet);
    if (window && window->width == size.width && window->height == size.height) co_return window->window;
  }
}

}  // namespace greenroom::browser
