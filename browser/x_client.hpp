// A short conversation with a browser's X server: for what Chromium's own protocol cannot do.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/local/stream_protocol.hpp>

#include "base/task.hpp"
#include "browser/browser.hpp"

namespace greenroom::browser {

/// One connection. Never the server's only one: it ends with its last client.
/// Errors of every call: io (the connection broke), protocol (refused). Cancel: io; then of no more use.
class XClient {
 public:
  static base::Task<base::Result<std::unique_ptr<XClient>>> connect(const Display& display);

  base::Task<base::Result<void>> move_pointer(int x, int y);
  /// From here on the server tells of windows; see wait_for().
  base::Task<base::Result<void>> watch_windows();
  /// Until a window takes exactly that size. Unbounded: the caller sets the deadline.
  base::Task<base::Result<std::uint32_t>> wait_for(Size size);
  base::Task<base::Result<void>> resize(std::uint32_t window, Size size);

 private:
  explicit XClient(const base::Executor& executor) : socket_(executor) {}
  base::Task<base::Result<void>> set_up(const Display& display);
  base::Task<base::Result<void>> send(std::string requests);
  base::Task<base::Result<void>> ask(std::string requests);
  base::Task<base::Result<std::string>> receive(std::size_t size);

  base::asio::local::stream_protocol::socket socket_;
  std::uint32_t root_ = 0;
};

/// Where the server of that display listens.
std::string x_socket_path(int number);

}  // namespace greenroom::browser
