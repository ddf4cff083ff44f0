// The only file that knows TLS: Asio's part of it costs seconds to compile.
#include "net/web_client.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

namespace greenroom::net {
namespace {

namespace http = boost::beast::http;
namespace ssl = base::asio::ssl;
using base::errc;
using base::Error;
using base::Result;
using base::Task;
using base::asio::ip::tcp;

constexpr std::uint32_t head_limit = 64 * 1024;
constexpr int most_interim_answers = 10;  // 103 and its like

http::request<http::string_body> to_message(const WebRequest& request) {
  http::request<http::string_body> message;
  message.method_string(request.method);
  message.target(request.address.target);
  message.version(11);
  for (const auto& [name, value] : request.headers) message.insert(name, value);
  message.set(http::field::host, request.address.authority());
  message.set(http::field::connection, "close");
  message.body() = request.body;
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") message.prepare_payload();
  return message;
}

Response to_response(http::response<http::string_body> message) {
  Response response;
  response.status = message.result_int();
  for (const auto& field : message)
    response.headers.add(std::string(field.name_string()), std::string(field.value()));
  response.body = std::move(message.body());
  return response;
}

Error read_error(const boost::system::error_code& error) {
  if (error == http::error::body_limit || error == http::error::header_limit)
    return {errc::too_large, "the answer is larger than the limit"};
  if (error == http::error::end_of_stream) return {errc::closed, "no answer came"};
  if (error == http::error::partial_message || error == ssl::error::stream_truncated)
    return {errc::closed, "the answer is cut short"};
  if (error.category() == http::make_error_code(http::error::bad_version).category())
    return {errc::protocol, "the answer is not HTTP"};
  return {errc::closed, "the connection broke"};
}

template <class Stream>
Task<Result<Response>> talk(Stream& stream, const WebRequest& request) {
  http::request<http::string_body> message = to_message(request);
  const auto [unsent, sent] = co_await http::async_write(stream, message, base::use_tuple);
  // A server may answer before it has read everything, and close.
  if (unsent && request.body.empty()) co_return Error{errc::closed, "the connection broke"};
  boost::beast::flat_buffer buffer;
  for (int i = 0; i < most_interim_answers; ++i) {
    http::response_parser<http::string_body> parser;
    parser.header_limit(head_limit);
    parser.body_limit(request.body_limit.count);
    if (request.method == "HEAD") parser.skip(true);
    const auto [unread, read] = co_await http::async_read(stream, buffer, parser, base::use_tuple);
    if (unread) co_return read_error(unread);
    const unsigned status = parser.get().result_int();
    if (status < 100 || status > 599) co_return Error{errc::protocol, "the answer is not HTTP"};
    if (status >= 200) co_return to_response(parser.release());
    if (status == 101) break;  // nothing was upgraded
  }
  co_return Error{errc::protocol, "the answer is not HTTP"};
}

/// In the words of whoever asked for that address.
Error connect_error(const Error& error, const WebAddress& address) {
  if (error.code == errc::forbidden) return error;
  if (error.code == errc::not_found) return {errc::closed, "there is no host of the name " + address.host};
  return {errc::closed, "nobody answers at " + address.authority()};
}

/// Why a handshake failed, in OpenSSL's words where there are some.
Error handshake_error(SSL* session, const boost::system::error_code& error) {
  const long verdict = SSL_get_verify_result(session);
  if (verdict != X509_V_OK)
    return {errc::protocol,
            std::string("the certificate is not good: ") + X509_verify_cert_error_string(verdict)};
  return {errc::protocol, "TLS could not be agreed on: " + error.message()};
}

Task<Result<Response>> talk_securely(tcp::socket socket, const WebRequest& request) {
  ssl::context context(ssl::context::tls_client);
  boost::system::error_code ignored;
  // Read from the system's folder as they are needed.
  context.set_default_verify_paths(ignored);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  boost::beast::ssl_stream<tcp::socket> stream(std::move(socket), context);
  const std::string& host = request.address.host;
  boost::system::error_code no_address;
  base::asio::ip::make_address(host, no_address);
  // The macro for this has a cast that is an error here.
  std::string name = host;
  if (no_address && ::SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                               TLSEXT_NAMETYPE_host_name, name.data()) != 1)
    co_return Error{errc::protocol, "TLS could not be agreed on"};
  stream.set_verify_mode(request.verifies_certificate ? ssl::verify_peer : ssl::verify_none);
  if (request.verifies_certificate) stream.set_verify_callback(ssl::host_name_verification(host));
  const auto [error] = co_await stream.async_handshake(ssl::stream_base::client, base::use_tuple);
  if (error) co_return handshake_error(stream.native_handle(), error);
  co_return co_await talk(stream, request);
}

}  // namespace

Task<Result<Response>> exchange(WebRequest request) {
  co_await base::keep_running_when_cancelled();
  auto connecting = request.connect(request.address.host, request.address.port);
  auto socket = co_await std::move(connecting);
  if (!socket) co_return connect_error(socket.error(), request.address);
  if (request.address.is_secure) co_return co_await talk_securely(std::move(**socket), request);
  co_return co_await talk(**socket, request);
}

}  // namespace greenroom::net
