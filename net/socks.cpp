#include "net/socks.hpp"

#include <algorithm>

#include "net/ip_rules.hpp"

namespace greenroom::net::socks {

using base::errc;
using base::Error;

namespace {
constexpr char version = 5;
constexpr char no_authentication = 0, by_password = 2, no_method = '\xff';
constexpr char command_connect = 1;
constexpr char type_v4 = 1, type_name = 3, type_v6 = 4;

unsigned byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

/// Size of the address behind its type; nothing while it cannot be told.
base::Result<std::optional<std::size_t>> address_size(std::string_view bytes, std::size_t at) {
  if (bytes.size() <= at) return std::optional<std::size_t>();
  if (bytes[at] == type_v4) return std::optional<std::size_t>(4);
  if (bytes[at] == type_v6) return std::optional<std::size_t>(16);
  if (bytes[at] != type_name) return Error{errc::protocol, "a SOCKS address of an unknown type"};
  if (bytes.size() <= at + 1) return std::optional<std::size_t>();
  return std::optional<std::size_t>(1 + byte_at(bytes, at + 1));
}

std::string read_address_text(char type, std::string_view bytes) {
  namespace ip = boost::asio::ip;
  if (type == type_v4) {
    ip::address_v4::bytes_type raw;
    std::copy_n(bytes.begin(), raw.size(), raw.begin());
    return ip::address_v4(raw).to_string();
  }
  if (type == type_v6) {
    ip::address_v6::bytes_type raw;
    std::copy_n(bytes.begin(), raw.size(), raw.begin());
    return ip::address_v6(raw).to_string();
  }
  return std::string(bytes.substr(1));
}

std::string_view words(unsigned reply) {
  switch (static_cast<Reply>(reply)) {
    case Reply::succeeded:
      return "succeeded";
    case Reply::failed:
      return "it failed";
    case Reply::not_allowed:
      return "not allowed";
    case Reply::network_unreachable:
      return "network unreachable";
    case Reply::host_unreachable:
      return "host unreachable";
    case Reply::refused:
      return "connection refused";
    case Reply::ttl_expired:
      return "time to live expired";
    case Reply::unknown_command:
      return "unknown command";
    case Reply::unknown_address:
      return "unknown kind of address";
  }
  return "no known reason";
}
}  // namespace

ParsedGreeting parse_greeting(std::string_view bytes) {
  if (bytes.empty()) return std::optional<Parsed<bool>>();
  if (bytes[0] != version) return Error{errc::protocol, "not SOCKS version 5"};
  if (bytes.size() < 2 || bytes.size() < 2 + byte_at(bytes, 1)) return std::optional<Parsed<bool>>();
  const std::string_view methods = bytes.substr(2, byte_at(bytes, 1));
  Parsed<bool> parsed{methods.find(no_authentication) != methods.npos, 2 + methods.size()};
  return std::optional<Parsed<bool>>(parsed);
}

ParsedRequest parse_request(std::string_view bytes) {
  if (!bytes.empty() && bytes[0] != version) return Error{errc::protocol, "not SOCKS version 5"};
  if (bytes.size() > 1 && bytes[1] != command_connect)
    return Error{errc::unsupported, "a SOCKS command other than CONNECT"};
  constexpr std::size_t head = 4, port_size = 2;
  const auto size = address_size(bytes, head - 1);
  if (!size) return size.error();
  if (!*size || bytes.size() < head + **size + port_size) return std::optional<Parsed<Request>>();
  Parsed<Request> parsed;
  parsed.value.host = read_address_text(bytes[head - 1], bytes.substr(head, **size));
  const std::size_t port = head + **size;
  parsed.value.port = static_cast<std::uint16_t>(byte_at(bytes, port) << 8 | byte_at(bytes, port + 1));
  parsed.size = port + port_size;
  return std::optional<Parsed<Request>>(std::move(parsed));
}

std::string choose_method(bool without_authentication) {
  return {version, without_authentication ? no_authentication : no_method};
}

std::string answer(Reply reply) {
  // The address that was bound says nothing to a browser: 0.0.0.0:0.
  return {version, static_cast<char>(reply), 0, type_v4, 0, 0, 0, 0, 0, 0};
}

std::string greeting(bool with_password) {
  if (with_password) return {version, 2, no_authentication, by_password};
  return {version, 1, no_authentication};
}

std::string password(std::string_view username, std::string_view secret) {
  std::string out{1};
  for (const std::string_view part : {username.substr(0, 255), secret.substr(0, 255)}) {
    out += static_cast<char>(part.size());
    out += part;
  }
  return out;
}

std::string connect(const Request& request) {
  std::string out{version, command_connect, 0};
  if (const auto address = read_address(request.host); address && address->is_v4()) {
    const auto raw = address->to_v4().to_bytes();
    out += type_v4;
    out.append(raw.begin(), raw.end());
  } else if (address) {
    const auto raw = address->to_v6().to_bytes();
    out += type_v6;
    out.append(raw.begin(), raw.end());
  } else {
    const std::string_view name = std::string_view(request.host).substr(0, 255);
    out += type_name;
    out += static_cast<char>(name.size());
    out += name;
  }
  out += static_cast<char>(request.port >> 8);
  out += static_cast<char>(request.port & 0xff);
  return out;
}

base::Result<std::optional<std::size_t>> parse_answer(std::string_view bytes) {
  if (!bytes.empty() && bytes[0] != version) return Error{errc::protocol, "the proxy does not speak SOCKS 5"};
  if (bytes.size() > 1 && bytes[1] != 0)
    return Error{errc::closed, "the proxy says: " + std::string(words(byte_at(bytes, 1)))};
  const auto size = address_size(bytes, 3);
  if (!size) return size.error();
  if (!*size || bytes.size() < 4 + **size + 2) return std::optional<std::size_t>();
  return std::optional<std::size_t>(4 + **size + 2);
}

}  // namespace greenroom::net::socks
