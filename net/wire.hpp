// One end of a tunnel: TCP, or TLS over it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "base/task.hpp"

namespace greenroom::net {

/// One reader and one writer at a time (rule C9).
class ProxyWire {
 public:
  virtual ~ProxyWire() = default;
  /// At least one byte; 0 at the end, after an error and when cut.
  virtual base::Task<std::size_t> read(char* into, std::size_t size) = 0;
  /// All of it; false when it cannot.
  virtual base::Task<bool> write(std::string_view bytes) = 0;
  /// Says that no more will be written.
  virtual void finish() = 0;
  /// Ends both directions at once; reads and writes that wait return.
  virtual void cut() = 0;
};

/// Small writes leave at once; a peer that does not answer any more is noticed within some two minutes.
std::unique_ptr<ProxyWire> make_tcp_wire(boost::asio::ip::tcp::socket socket);

/// A TLS client over a connected socket. `host`: whose certificate it must be.
/// Errors: closed (with OpenSSL's reason). Cancel: returns early.
base::Task<base::Result<std::unique_ptr<ProxyWire>>> make_tls_wire(boost::asio::ip::tcp::socket socket,
                                                                   boost::asio::ssl::context& trust,
                                                                   std::string host);

}  // namespace greenroom::net
