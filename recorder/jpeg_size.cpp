#include "recorder/jpeg_size.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/crypto.hpp"

namespace greenroom::recorder {

namespace {

/// A colour profile may lie before the frame header. A multiple of four: base64 is unpacked in fours.
constexpr std::size_t looked_at = 16'384;

constexpr std::uint8_t marker_start = 0xff;
constexpr std::uint8_t start_of_image = 0xd8;
constexpr std::uint8_t start_of_scan = 0xda;

/// SOF0 to SOF15, of which three numbers mean something else (T.81 table B.1).
bool is_frame_header(std::uint8_t marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

}  // namespace

std::optional<PictureSize> jpeg_size(std::string_view base64) {
  const auto bytes = base::from_base64(base64.substr(0, std::min(base64.size(), looked_at)));
  if (!bytes) return std::nullopt;
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>((*bytes)[at]); };
  const auto word = [&](std::size_t at) { return byte(at) * 256 + byte(at + 1); };
  if (bytes->size() < 2 || byte(0) != marker_start || byte(1) != start_of_image) return std::nullopt;
  // Each segment: 0xff, its marker, its length (two bytes, themselves included).
  for (std::size_t at = 2; at + 9 <= bytes->size();) {
    if (byte(at) != marker_start) return std::nullopt;
    const std::uint8_t marker = byte(at + 1);
    if (marker == start_of_scan) return std::nullopt;
    if (is_frame_header(marker)) return PictureSize{word(at + 7), word(at + 5)};
    at += 2 + static_cast<std::size_t>(std::max(2, word(at + 2)));
  }
  return std::nullopt;
}

}  // namespace greenroom::recorder
