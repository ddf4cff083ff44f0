#include "net/tls.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <limits>
#include <optional>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace greenroom::net {

using base::errc;
using base::Error;
using base::Result;

namespace {
struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

std::string openssl_words() {
  std::array<char, 256> text{};
  const unsigned long code = ::ERR_get_error();
  if (code == 0) return "unknown reason";
  ::ERR_error_string_n(code, text.data(), text.size());
  ::ERR_clear_error();
  return text.data();
}

bool is_address(const std::string& host) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

class OpenSslClient final : public TlsClient {
 public:
  Result<void> open(int socket, const std::string& host) {
    context_.reset(::SSL_CTX_new(::TLS_client_method()));
    if (!context_) return failure("starting TLS");
    ::SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
    ::SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    // A caller that calls again may have moved what it sends.
    ::SSL_CTX_set_mode(context_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (::SSL_CTX_set_default_verify_paths(context_.get()) != 1)
      return failure("reading trusted certificates");
    ssl_.reset(::SSL_new(context_.get()));
    if (!ssl_ || ::SSL_set_fd(ssl_.get(), socket) != 1) return failure("starting TLS");
    if (is_address(host)) {
      X509_VERIFY_PARAM* rules = ::SSL_get0_param(ssl_.get());
      if (::X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) != 1) return failure("naming the server");
    } else if (::SSL_set1_host(ssl_.get(), host.c_str()) != 1 ||
               ::SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                          const_cast<char*>(host.c_str())) != 1) {
      return failure("naming the server");
    }
    return {};
  }

  Result<Progress> handshake() override {
    ::ERR_clear_error();
    const int result = ::SSL_connect(ssl_.get());
    if (result == 1) return Progress{};
    if (auto need = need_after(result)) return *need;
    const long trust = ::SSL_get_verify_result(ssl_.get());
    if (trust != X509_V_OK)
      return Error{errc::protocol,
                   std::string("its certificate is not trusted: ") + ::X509_verify_cert_error_string(trust)};
    return Error{errc::protocol, "no TLS there: " + openssl_words()};
  }

  Result<Progress> read(char* to, std::size_t size) override {
    ::ERR_clear_error();
    const int result = ::SSL_read(ssl_.get(), to, bounded(size));
    if (result > 0) return Progress{Need::nothing, static_cast<std::size_t>(result)};
    if (auto need = need_after(result)) return *need;
    if (::SSL_get_error(ssl_.get(), result) == SSL_ERROR_ZERO_RETURN) return Progress{};
    // A server that just closes: whoever reads knows whether something is missing.
    if ((::SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0) return Progress{};
    return Error{errc::closed, "the connection broke"};
  }

  Result<Progress> write(std::string_view bytes) override {
    ::ERR_clear_error();
    const int result = ::SSL_write(ssl_.get(), bytes.data(), bounded(bytes.size()));
    if (result > 0) return Progress{Need::nothing, static_cast<std::size_t>(result)};
    if (auto need = need_after(result)) return *need;
    return Error{errc::closed, "the connection broke"};
  }

 private:
  static int bounded(std::size_t size) {
    return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
  }
  static Error failure(std::string_view doing) {
    return Error{errc::io, std::string(doing) + ": " + openssl_words()};
  }
  std::optional<Progress> need_after(int result) const {
    const int error = ::SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_WANT_READ) return Progress{Need::readable, 0};
    if (error == SSL_ERROR_WANT_WRITE) return Progress{Need::writable, 0};
    return std::nullopt;
  }

  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
};
}  // namespace

Result<std::unique_ptr<TlsClient>> TlsClient::make(int socket, const std::string& host) {
  auto client = std::make_unique<OpenSslClient>();
  if (auto opened = client->open(socket, host); !opened) return opened.error();
  return std::unique_ptr<TlsClient>(std::move(client));
}

}  // namespace greenroom::net
