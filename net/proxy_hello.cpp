#include "net/proxy_hello.hpp"

#include "base/crypto.hpp"

namespace greenroom::net {

using base::errc;
using base::Error;

namespace {
constexpr std::size_t longest_head = 16 * 1024;  // bytes
constexpr std::size_t longest_status_line = 200;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
}  // namespace

std::string proxy_credential(const Upstream& upstream) {
  if (upstream.username.empty() && upstream.password.empty()) return {};
  return "Basic " + base::to_base64(upstream.username + ":" + upstream.password);
}

std::string authority(const Host& host, std::uint16_t port) {
  const bool is_v6 = host.address && host.address->is_v6();
  return (is_v6 ? "[" + host.name + "]" : host.name) + ":" + std::to_string(port);
}

std::string connect_head(const Upstream& upstream, const Host& host, std::uint16_t port) {
  const std::string target = authority(host, port);
  std::string head = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
  if (const std::string credential = proxy_credential(upstream); !credential.empty())
    head += "Proxy-Authorization: " + credential + "\r\n";
  return head + "\r\n";
}

base::Result<std::optional<std::size_t>> parse_connect_answer(std::string_view bytes) {
  constexpr std::string_view beginning = "HTTP/1.";
  if (!beginning.starts_with(bytes.substr(0, beginning.size())))
    return Error{errc::protocol, "the proxy does not speak HTTP"};
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == bytes.npos) {
    if (bytes.size() > longest_head) return Error{errc::too_large, "the proxy's answer has no end"};
    return std::optional<std::size_t>();
  }
  // HTTP/1.1 200 …
  const std::size_t status_at = beginning.size() + 2;
  const std::string_view line = bytes.substr(0, std::min(bytes.find("\r\n"), longest_status_line));
  const bool is_status = line.size() >= status_at + 3 && line[status_at - 1] == ' ' &&
                         is_digit(line[status_at]) && is_digit(line[status_at + 1]) &&
                         is_digit(line[status_at + 2]);
  if (!is_status) return Error{errc::protocol, "the proxy's answer has no status"};
  if (line[status_at] == '2') return std::optional<std::size_t>(end + 4);
  const std::string_view status = line.substr(status_at, 3);
  if (status == "407") return Error{errc::unauthenticated, "the proxy wants other credentials (407)"};
  return Error{errc::closed, "the proxy answers " + std::string(status)};
}

}  // namespace greenroom::net
