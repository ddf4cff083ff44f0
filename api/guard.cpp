#include "api/guard.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace greenroom::api {

namespace {
bool is_address(const std::string& name) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
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
  if (name.empty()) return false;  // HTTP/1.1 wants one, and links are made from it
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
  if (!options.public_url.empty() && (options.public_url + "/").starts_with(std::string(origin) + "/"))
    return true;
  const auto scheme = origin.find("://");
  return scheme != std::string_view::npos && origin.substr(scheme + 3) == request.header("host");
}

}  // namespace greenroom::api
