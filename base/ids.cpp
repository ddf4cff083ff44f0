#include "base/ids.hpp"

#include "base/crypto.hpp"

namespace greenroom::base {

std::string make_uuid() {
  std::string bytes = random_bytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);  // version 4 (RFC 9562 §5.4)
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);  // variant
  std::string hex = to_hex(bytes);
  for (const std::size_t at : {8u, 13u, 18u, 23u}) hex.insert(at, 1, '-');
  return hex;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

std::string make_short_id() {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  constexpr std::size_t length = 8;
  constexpr std::size_t fair =
      256 / alphabet.size() * alphabet.size();  // above it some would come more often
  std::string id;
  while (id.size() < length)
    for (const char c : random_bytes(length))
      if (const auto byte = static_cast<unsigned char>(c); byte < fair && id.size() < length)
        id += alphabet[byte % alphabet.size()];
  return id;
}

}  // namespace greenroom::base
