#include "api/guard.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>

namespace greenroom::api {

namespace {
bool is_address(const std::string& name) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

/// "name", "name:80", "[::1]:80" or "::1", and nothing else: what passes becomes part of links.
bool is_well_formed(std::string_view host) {
  const auto in_name = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
  };
  const auto in_address = [](unsigned char c) { return std::isxdigit(c) != 0 || c == '.' || c == ':'; };
  const auto is_digit = [](unsigned char c) { return c >= '0' && c <= '9'; };
  const bool is_bracketed = host.starts_with('[');
  if (!is_bracketed && std::count(host.begin(), host.end(), ':') > 1)
    return std::all_of(host.begin(), host.end(), in_address);
  const std::size_t end = is_bracketed ? host.find(']') : std::min(host.find(':'), host.size());
  if (end == std::string_view::npos) return false;
  const std::string_view name = host.substr(is_bracketed ? 1 : 0, is_bracketed ? end - 1 : end);
  std::string_view port = host.substr(is_bracketed ? end + 1 : end);
  if (!(is_bracketed ? std::all_of(name.begin(), name.end(), in_address)
                     : std::all_of(name.begin(), name.end(), in_name)))
    return false;
  if (port.empty()) return true;
  port.remove_prefix(1);
  return host[host.size() - port.size() - 1] == ':' && !port.empty() && port.size() <= 5 &&
         std::all_of(port.begin(), port.end(), is_digit);
}

/// "https://host:port" of an address below it.
std::string_view origin_of(std::string_view url) {
  const auto scheme = url.find("://");
  return scheme == std::string_view::npos ? url : url.substr(0, url.find('/', scheme + 3));
}
}  // namespace

std::string host_name_of(std::string_view text) {
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) text = text.substr(scheme + 3);
  text = text.substr(0, text.find('/'));
  if (text.starts_with('[')) {
    text = text.substr(1, text.find(']') - 1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    text = text.substr(0, text.find(':'));
  }
  std::string out(text);
  if (!out.empty() && out.back() == '.') out.pop_back();
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_allowed_host(std::string_view host, const GuardOptions& options) {
  const std::string name = host_name_of(host);
  // HTTP/1.1 wants one, and links are made from it.
  if (name.empty() || !is_well_formed(host)) return false;
  if (name == "localhost" || name.ends_with(".localhost") || is_address(name)) return true;
  if (!options.public_url.empty() && name == host_name_of(options.public_url)) return true;
  return std::any_of(options.allowed_hosts.begin(), options.allowed_hosts.end(),
                     [&](const std::string& allowed) { return host_name_of(allowed) == name; });
}

bool is_allowed_origin(const net::Request& request, const GuardOptions& options) {
  const std::string_view origin = request.header("origin");
  if (origin.empty()) return true;
  if (std::find(options.allowed_origins.begin(), options.allowed_origins.end(), origin) !=
      options.allowed_origins.end())
    return true;
  if (request.wants_websocket && origin.starts_with("chrome-extension://")) return true;
  if (!options.public_url.empty() && origin == origin_of(options.public_url)) return true;
  const auto scheme = origin.find("://");
  return scheme != std::string_view::npos && origin.substr(scheme + 3) == request.header("host");
}

}  // namespace greenroom::api
