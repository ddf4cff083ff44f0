#include "base/utf8.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace greenroom::base {

namespace {

struct Lead {
  unsigned char first, last;  // of the character's first byte
  unsigned char low, high;    // of its second: no surrogates, nothing too long or above U+10FFFF
  std::size_t length;
};

/// RFC 3629 §4.
constexpr std::array leads = {
    Lead{0xc2, 0xdf, 0x80, 0xbf, 2}, Lead{0xe0, 0xe0, 0xa0, 0xbf, 3}, Lead{0xe1, 0xec, 0x80, 0xbf, 3},
    Lead{0xed, 0xed, 0x80, 0x9f, 3}, Lead{0xee, 0xef, 0x80, 0xbf, 3}, Lead{0xf0, 0xf0, 0x90, 0xbf, 4},
    Lead{0xf1, 0xf3, 0x80, 0xbf, 4}, Lead{0xf4, 0xf4, 0x80, 0x8f, 4},
};

/// How many bytes the character at the start of `text` has; 0 when there is none.
std::size_t character(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  if (byte(0) < 0x80) return 1;
  for (const Lead& lead : leads) {
    if (byte(0) < lead.first || byte(0) > lead.last) continue;
    if (text.size() < lead.length || byte(1) < lead.low || byte(1) > lead.high) return 0;
    for (std::size_t at = 2; at < lead.length; ++at)
      if ((byte(at) & 0xc0u) != 0x80u) return 0;
    return lead.length;
  }
  return 0;
}

}  // namespace

std::string as_utf8(std::string text) {
  std::string_view rest = text;
  for (std::size_t length = 1; length != 0 && !rest.empty(); rest.remove_prefix(length))
    length = character(rest);
  if (rest.empty()) return text;
  std::string out(text, 0, text.size() - rest.size());
  while (!rest.empty()) {
    const std::size_t length = character(rest);
    out += length == 0 ? std::string_view("\xef\xbf\xbd") : rest.substr(0, length);
    rest.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace greenroom::base
