#include "api/links.hpp"

#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstring>

#include "base/signed_token.hpp"

namespace greenroom::api {

namespace {
constexpr std::size_t remembered_tokens = 512;  // tokens; about 300 bytes each
}

std::string_view word(Scope scope) {
  switch (scope) {
    case Scope::cdp:
      return "cdp";
    case Scope::view:
      return "view";
    case Scope::control:
      return "control";
    case Scope::replay:
      return "replay";
    case Scope::files:
      return "files";
    case Scope::admin:
      return "admin";
  }
  return "";
}

std::string LinkSigner::sign(Scope scope, std::string_view subject, base::WallTime expires) const {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(expires).time_since_epoch().count();
  std::string key(word(scope));
  key.append("|").append(subject).append("|").append(std::to_string(seconds));
  if (const auto known = signed_.find(key); known != signed_.end()) return known->second;
  if (signed_.size() >= remembered_tokens) signed_.clear();
  std::string token = base::sign_token(secret_, word(scope), subject, seconds);
  signed_.emplace(std::move(key), token);
  return token;
}

base::Result<std::string> LinkSigner::verify(Scope scope, std::string_view token, base::WallTime now) const {
  return base::verify_token(secret_, token, word(scope),
                            std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
}

namespace {
/// Sixteen bytes; IPv4 as a mapped address. False if it is no address.
bool parse_address(std::string_view text, std::array<unsigned char, 16>& out, bool& is_v4) {
  const std::string plain(text);
  if (plain.find('\0') != std::string::npos) return false;  // inet_pton would not see what follows it
  if (::inet_pton(AF_INET6, plain.c_str(), out.data()) == 1) {
    is_v4 = false;
    static constexpr std::array<unsigned char, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::memcmp(out.data(), mapped.data(), mapped.size()) == 0) is_v4 = true;
    return true;
  }
  is_v4 = true;
  out = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return ::inet_pton(AF_INET, plain.c_str(), out.data() + 12) == 1;
}

bool matches_block(const std::array<unsigned char, 16>& address, std::string_view block) {
  const std::size_t slash = block.find('/');
  std::array<unsigned char, 16> network{};
  bool is_v4 = false;
  if (!parse_address(block.substr(0, slash), network, is_v4)) return false;
  unsigned bits = 128;
  if (slash != std::string_view::npos) {
    const std::string_view digits = block.substr(slash + 1);
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (failure != std::errc() || end != digits.data() + digits.size()) return false;
    if (is_v4) bits += 96;
    if (bits > 128) return false;
  }
  for (unsigned bit = 0; bit < bits; ++bit) {
    const unsigned mask = 0x80u >> (bit % 8);
    if (((address[bit / 8] ^ network[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

std::string_view first_of_list(std::string_view text) {
  text = text.substr(0, text.find(','));
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}
}  // namespace

bool is_listed(std::string_view address, const std::vector<std::string>& list) {
  if (list.empty()) return false;
  std::array<unsigned char, 16> bytes{};
  bool is_v4 = false;
  if (!parse_address(address, bytes, is_v4)) return false;
  for (const std::string& block : list)
    if (matches_block(bytes, block)) return true;
  return false;
}

std::string_view host_of(const net::Request& request, const LinkOptions& options) {
  if (is_listed(request.remote_address, options.trusted_proxies)) {
    const std::string_view forwarded = first_of_list(request.header("x-forwarded-host"));
    if (!forwarded.empty()) return forwarded;
  }
  return request.header("host");
}

std::string base_url_of(const net::Request& request, const LinkOptions& options) {
  if (!options.public_url.empty()) return options.public_url;
  const bool is_https = is_listed(request.remote_address, options.trusted_proxies) &&
                        first_of_list(request.header("x-forwarded-proto")) == "https";
  return (is_https ? "https://" : "http://") + std::string(host_of(request, options));
}

std::string websocket_url_of(std::string_view base_url) {
  return "ws" + std::string(base_url.substr(base_url.starts_with("http") ? 4 : 0));
}

}  // namespace greenroom::api
