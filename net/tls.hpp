// The client's side of TLS on a socket that somebody else waits for.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace greenroom::net {

/// One TLS connection over a non-blocking socket that is connected. It never waits: it says for what the
/// caller has to.
///
/// The server must prove its name with a certificate that the machine trusts (OpenSSL's default places, or
/// what SSL_CERT_FILE and SSL_CERT_DIR name). TLS 1.2 at least.
/// Lifetime the socket stays open as long as this.
class TlsClient {
 public:
  enum class Need { nothing, readable, writable };
  struct Progress {
    Need need = Need::nothing;  ///< wait for that and call again with the same arguments
    std::size_t count = 0;      ///< bytes; 0 of a read that needs nothing: the other side has ended
  };

  /// `host`: a name or a numeric address, which the certificate must be for. Errors: io.
  static base::Result<std::unique_ptr<TlsClient>> make(int socket, const std::string& host);
  virtual ~TlsClient() = default;

  /// Errors: protocol (no TLS there, or not one that can be trusted), closed.
  virtual base::Result<Progress> handshake() = 0;
  /// Errors: closed.
  virtual base::Result<Progress> read(char* to, std::size_t size) = 0;
  /// Errors: closed.
  virtual base::Result<Progress> write(std::string_view bytes) = 0;
};

}  // namespace greenroom::net
