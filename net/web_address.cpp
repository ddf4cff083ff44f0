#include "net/web_address.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "net/ascii.hpp"

namespace greenroom::net {

using base::errc;
using base::Error;
using base::Result;

namespace {
constexpr std::size_t longest_address = 8 * 1024;

Error wrong(std::string_view why) { return {errc::invalid_argument, "the address " + std::string(why)}; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// WHATWG URL §4.4: controls and blanks go at both ends, tabs and line ends everywhere.
std::string cleaned(std::string_view text) {
  const auto is_blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  std::string out;
  for (const char c : text)
    if (c != '\t' && c != '\n' && c != '\r') out += c;
  return out;
}

std::string_view without_fragment(std::string_view text) { return text.substr(0, text.find('#')); }

/// The length of "https:" at the beginning, or 0.
std::size_t scheme_length(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == ':') return i + 1;
    if (!is_letter(text[i]) && !is_digit(text[i]) && text[i] != '+' && text[i] != '-' && text[i] != '.')
      return 0;
  }
  return 0;
}

/// Path and query as they may stand in a request's first line.
std::string escaped_target(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  bool is_query = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    is_query = is_query || c == '?';
    if (c == '\\' && !is_query) {
      out += '/';
    } else if (byte <= 0x20 || byte >= 0x7F || c == '"' || c == '<' || c == '>' || c == '`') {
      out += '%';
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += c;
    }
  }
  if (out.empty() || out.front() != '/') out.insert(out.begin(), '/');
  return out;
}

Result<std::string> read_host(std::string_view text) {
  const bool is_v6 = text.starts_with('[');
  if (is_v6) {
    if (!text.ends_with(']')) return wrong("has a host that is none");
    text = text.substr(1, text.size() - 2);
  }
  const std::string_view allowed = is_v6 ? "0123456789abcdefABCDEF:." : "-._";
  const bool is_plain = std::all_of(text.begin(), text.end(), [&](char c) {
    return (!is_v6 && (is_letter(c) || is_digit(c))) || allowed.find(c) != std::string_view::npos;
  });
  if (text.empty() || text.size() > 253 || !is_plain) return wrong("has a host that is none");
  std::string host(text);
  std::transform(host.begin(), host.end(), host.begin(), to_lower);
  return host;
}

Result<void> read_authority(std::string_view text, WebAddress& out) {
  if (text.find('@') != std::string_view::npos) return wrong("must not hold a user or password");
  std::string_view host = text;
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.rfind(':');
  out.port = out.is_secure ? 443 : 80;
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || bracket < colon)) {
    host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    unsigned port = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    const bool is_number = read.ec == std::errc() && read.ptr == digits.data() + digits.size();
    if (!digits.empty() && (!is_number || port == 0 || port > 65'535))
      return wrong("has a port that is none");
    if (!digits.empty()) out.port = static_cast<std::uint16_t>(port);
  }
  auto read = read_host(host);
  if (!read) return read.error();
  out.host = std::move(*read);
  return {};
}

/// RFC 3986 §5.2.4, of the path alone.
std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  bool ends_open = false;  // the last segment was a dot: the path ends with '/'
  path.remove_prefix(1);
  for (;;) {
    const std::size_t end = path.find('/');
    const std::string_view segment = path.substr(0, end);
    ends_open = segment == "." || segment == "..";
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!ends_open) kept.push_back(segment);
    if (end == std::string_view::npos) break;
    path.remove_prefix(end + 1);
  }
  std::string out;
  for (const std::string_view segment : kept) out.append("/").append(segment);
  if (ends_open || out.empty()) out += '/';
  return out;
}
}  // namespace

std::string WebAddress::authority() const {
  std::string out = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (is_secure ? 443 : 80)) out += ":" + std::to_string(port);
  return out;
}

std::string WebAddress::text() const { return (is_secure ? "https://" : "http://") + authority() + target; }

Result<WebAddress> parse_web_address(std::string_view text) {
  if (text.size() > longest_address) return wrong("is longer than 8192 bytes");
  const std::string clean = cleaned(text);
  std::string_view rest = without_fragment(clean);
  WebAddress out;
  const std::string_view scheme = rest.substr(0, scheme_length(rest));
  out.is_secure = equal_ignoring_case(scheme, "https:");
  if (!out.is_secure && !equal_ignoring_case(scheme, "http:"))
    return wrong("must begin with http:// or https://");
  rest.remove_prefix(scheme.size());
  const auto is_slash = [](char c) { return c == '/' || c == '\\'; };
  if (rest.size() < 2 || !is_slash(rest[0]) || !is_slash(rest[1]))
    return wrong("must begin with http:// or https://");
  rest.remove_prefix(2);
  const std::size_t end = std::min(rest.find_first_of("/\\?"), rest.size());
  if (auto read = read_authority(rest.substr(0, end), out); !read) return read.error();
  out.target = escaped_target(rest.substr(end));
  return out;
}

Result<WebAddress> resolve_web_address(const WebAddress& from, std::string_view reference) {
  if (reference.size() > longest_address) return wrong("is longer than 8192 bytes");
  const std::string clean = cleaned(reference);
  if (scheme_length(clean) > 0) return parse_web_address(clean);
  if (clean.starts_with("//") || clean.starts_with("\\\\"))
    return parse_web_address((from.is_secure ? "https:" : "http:") + clean);
  const std::string_view relative = without_fragment(clean);
  const std::string_view old_path = std::string_view(from.target).substr(0, from.target.find('?'));
  WebAddress out = from;
  if (relative.empty()) return out;
  if (relative.front() == '?') {
    out.target = escaped_target(std::string(old_path) + std::string(relative));
    return out;
  }
  std::string joined = escaped_target(relative);
  const std::string query = joined.find('?') == std::string::npos ? "" : joined.substr(joined.find('?'));
  joined.resize(joined.size() - query.size());
  if (relative.front() != '/' && relative.front() != '\\')
    joined = std::string(old_path.substr(0, old_path.rfind('/'))) + joined;
  out.target = without_dots(joined) + query;
  return out;
}

}  // namespace greenroom::net
