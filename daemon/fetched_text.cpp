#include "daemon/fetched_text.hpp"

#include <algorithm>
#include <cerrno>
#include <iconv.h>

#include "net/ascii.hpp"

namespace greenroom::daemon {

namespace {
constexpr std::size_t html_head = 1024;  // bytes in which HTML names its encoding (HTML standard §4.2.5.4)

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), net::to_lower);
  return out;
}

/// The value behind "charset=", or empty.
std::string charset_in(std::string_view text) {
  const std::string low = lower(text);
  std::size_t at = low.find("charset=");
  if (at == std::string::npos) return {};
  at += 8;
  while (at < low.size() && (low[at] == '"' || low[at] == '\'' || low[at] == ' ')) ++at;
  const std::size_t end = low.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.:", at);
  return low.substr(at, std::min(end, low.size()) - at);
}

/// RFC 3629: no surrogates, nothing longer than need be.
bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    std::size_t more = 0;
    char32_t value = first;
    if (first >= 0xF0 && first < 0xF5)
      more = 3, value = first & 7u;
    else if (first >= 0xE0 && first < 0xF0)
      more = 2, value = first & 15u;
    else if (first >= 0xC2 && first < 0xE0)
      more = 1, value = first & 31u;
    else if (first >= 0x80)
      return false;
    if (i + more >= text.size()) return false;
    for (std::size_t k = 1; k <= more; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0u) != 0x80u) return false;
      value = value << 6 | (next & 0x3Fu);
    }
    const bool is_overlong = (more == 2 && value < 0x800) || (more == 3 && value < 0x10000);
    if (is_overlong || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return false;
    i += more + 1;
  }
  return true;
}

/// The web says Latin-1 and means Windows-1252 (Encoding standard §4.2).
std::string known_name(std::string charset) {
  if (charset == "iso-8859-1" || charset == "latin1" || charset == "us-ascii" || charset == "ascii")
    return "windows-1252";
  return charset;
}

std::optional<std::string> convert(std::string_view body, const std::string& charset) {
  const iconv_t converter = ::iconv_open("UTF-8", known_name(charset).c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  std::string out;
  std::string piece(64 * 1024, '\0');
  std::string in(body);
  char* from = in.data();
  std::size_t left = in.size();
  while (left > 0) {
    char* to = piece.data();
    std::size_t room = piece.size();
    const std::size_t done = ::iconv(converter, &from, &left, &to, &room);
    out.append(piece.data(), piece.size() - room);
    if (done != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
    // A byte that stands for nothing becomes U+FFFD, as in a browser.
    out += "\xEF\xBF\xBD";
    ++from;
    --left;
  }
  ::iconv_close(converter);
  return out;
}
}  // namespace

std::string media_type_of(std::string_view content_type) {
  return lower(net::trim(content_type.substr(0, content_type.find(';'))));
}

bool is_html(std::string_view media_type) {
  return media_type == "text/html" || media_type == "application/xhtml+xml";
}

bool may_be_text(std::string_view media_type) {
  return media_type.empty() || media_type.starts_with("text/") || media_type.ends_with("+json") ||
         media_type.ends_with("+xml") || media_type == "application/json" ||
         media_type == "application/xml" || media_type == "application/javascript" ||
         media_type == "application/x-javascript" || media_type == "application/x-www-form-urlencoded" ||
         media_type == "application/yaml" || media_type == "application/x-ndjson";
}

std::optional<std::string> to_utf8(std::string body, std::string_view content_type) {
  const std::string type = media_type_of(content_type);
  if (!may_be_text(type)) return std::nullopt;
  if (type.empty() && body.find('\0') != std::string::npos) return std::nullopt;
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  std::string charset = charset_in(content_type);
  if (body.starts_with(mark)) {
    body.erase(0, mark.size());
    charset = "utf-8";
  }
  if (charset.empty() && is_html(type)) charset = charset_in(std::string_view(body).substr(0, html_head));
  const bool says_utf8 = charset.empty() || charset == "utf-8" || charset == "utf8";
  if (says_utf8 && is_utf8(body)) return body;
  if (charset.empty() && !is_html(type)) return std::nullopt;
  return convert(body, charset.empty() ? "windows-1252" : charset);
}

}  // namespace greenroom::daemon
