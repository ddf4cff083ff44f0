// Bytes of a display: whatever it says is read within its bounds, and what is read means what the protocol
// says.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "browser/x_protocol.hpp"

namespace {

void require(bool claim) {
  if (!claim) std::abort();
}

unsigned byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greenroom::browser;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto rest = x_setup_rest(bytes);
  require(rest.has_value() == (size >= x_setup_prefix && bytes[0] == 1));
  // A length of 16 bits, in words: the daemon never makes a larger buffer.
  if (rest) require(*rest % 4 == 0 && *rest <= 4 * 0xffff);
  const auto root = x_root_window(bytes);
  if (root) require(size >= 36 && byte_at(bytes, 20) > 0);
  const auto configured = x_configured(bytes);
  if (configured) {
    require(size >= x_packet_size && (byte_at(bytes, 0) & 0x7f) == 22);
    require(configured->width == static_cast<int>(byte_at(bytes, 20) | byte_at(bytes, 21) << 8));
    require(configured->height == static_cast<int>(byte_at(bytes, 22) | byte_at(bytes, 23) << 8));
    require(x_packet_kind(bytes) == XPacketKind::event);
  }
  // A cookie of any length makes a message of whole words.
  if (size <= 0xffff) require(x_setup_request(bytes).size() % 4 == 0);
  return 0;
}
