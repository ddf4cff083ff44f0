#include "browser/x_protocol.hpp"

namespace greenroom::browser {

namespace {

constexpr std::string_view cookie_name = "MIT-MAGIC-COOKIE-1";

void put16(std::string& out, unsigned value) {
  out += static_cast<char>(value & 0xff);
  out += static_cast<char>((value >> 8) & 0xff);
}

void put32(std::string& out, std::uint32_t value) {
  put16(out, value & 0xffff);
  put16(out, value >> 16);
}

/// Authority files are most significant byte first, whatever the machine is.
void put_counted(std::string& out, std::string_view field) {
  out += static_cast<char>((field.size() >> 8) & 0xff);
  out += static_cast<char>(field.size() & 0xff);
  out += field;
}

void pad(std::string& out) { out.resize((out.size() + 3) / 4 * 4, '\0'); }

/// A request's head; its length counts words of four bytes.
std::string request(char opcode, unsigned words) {
  std::string out(1, opcode);
  out += '\0';
  put16(out, words);
  return out;
}

std::uint32_t get(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i > 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  return value;
}

}  // namespace

std::string xauthority_record(std::string_view cookie) {
  std::string record = "\xff\xff";  // FamilyWild
  put_counted(record, {});          // address: any
  put_counted(record, {});          // display number: any
  put_counted(record, cookie_name);
  put_counted(record, cookie);
  return record;
}

std::string x_setup_request(std::string_view cookie) {
  std::string out = "l";
  out += '\0';
  put16(out, 11);
  put16(out, 0);
  put16(out, static_cast<unsigned>(cookie_name.size()));
  put16(out, static_cast<unsigned>(cookie.size()));
  put16(out, 0);
  out += cookie_name;
  pad(out);
  out += cookie;
  pad(out);
  return out;
}

std::optional<std::size_t> x_setup_rest(std::string_view prefix) {
  constexpr char success = 1;
  if (prefix.size() < x_setup_prefix || prefix[0] != success) return std::nullopt;
  return get(prefix, 6, 2) * std::size_t{4};
}

std::optional<std::uint32_t> x_root_window(std::string_view rest) {
  // Fixed fields, then the vendor's name, the pixmap formats, and the screens.
  constexpr std::size_t fixed = 32;
  constexpr std::size_t format_size = 8;
  if (rest.size() < fixed) return std::nullopt;
  const std::size_t vendor = (get(rest, 16, 2) + 3) / 4 * 4;
  const std::size_t screens = get(rest, 20, 1);
  const std::size_t at = fixed + vendor + get(rest, 21, 1) * format_size;
  if (screens == 0 || rest.size() < at + 4) return std::nullopt;
  return get(rest, at, 4);
}

std::string x_warp_pointer(std::uint32_t root, int x, int y) {
  std::string out = request(41, 6);
  put32(out, 0);     // from any window
  put32(out, root);  // to
  put32(out, 0);     // source x, y
  put32(out, 0);     // source size
  put16(out, static_cast<unsigned>(x));
  put16(out, static_cast<unsigned>(y));
  return out;
}

std::string x_watch_windows(std::uint32_t root) {
  std::string out = request(2, 4);
  put32(out, root);
  put32(out, 0x800);    // only the event mask
  put32(out, 0x80000);  // SubstructureNotify
  return out;
}

std::string x_resize(std::uint32_t window, int width, int height) {
  std::string out = request(12, 5);
  put32(out, window);
  put16(out, 0x4 | 0x8);  // width, height
  put16(out, 0);
  put32(out, static_cast<std::uint32_t>(width));
  put32(out, static_cast<std::uint32_t>(height));
  return out;
}

std::string x_sync() { return request(43, 1); }

XPacketKind x_packet_kind(std::string_view packet) {
  if (packet.empty() || packet[0] == 0) return XPacketKind::error;
  return packet[0] == 1 ? XPacketKind::reply : XPacketKind::event;
}

std::optional<XConfigured> x_configured(std::string_view packet) {
  constexpr std::uint32_t configure_notify = 22;
  constexpr std::uint32_t sent_by_a_client = 0x80;
  if (packet.size() < x_packet_size || (get(packet, 0, 1) & ~sent_by_a_client) != configure_notify)
    return std::nullopt;
  return XConfigured{get(packet, 8, 4), static_cast<int>(get(packet, 20, 2)),
                     static_cast<int>(get(packet, 22, 2))};
}

}  // namespace greenroom::browser
