// The few bytes of the X protocol that a display needs before its first window. Pure: no socket, no library.
// (X Window System Protocol, X Consortium Standard, version 11, appendix B; Xau(3) for the authority file.)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace greenroom::browser {

/// One record of an authority file that is good for every display of this host: family "wild".
/// `cookie` is MIT-MAGIC-COOKIE-1's 16 raw bytes.
std::string xauthority_record(std::string_view cookie);

/// The first message of a client, least significant byte first.
std::string x_setup_request(std::string_view cookie);

/// Bytes of the fixed part that begins every answer to it.
constexpr std::size_t x_setup_prefix = 8;
/// How many more bytes follow that prefix, or nothing when the server has refused.
std::optional<std::size_t> x_setup_rest(std::string_view prefix);
/// The root window of the first screen, from what follows the prefix; nothing if it is too short.
std::optional<std::uint32_t> x_root_window(std::string_view rest);

/// WarpPointer to a place on the root window.
std::string x_warp_pointer(std::uint32_t root, int x, int y);
/// ChangeWindowAttributes: tell of every change of a window directly below the root (SubstructureNotify).
std::string x_watch_windows(std::uint32_t root);
/// ConfigureWindow: a new size.
std::string x_resize(std::uint32_t window, int width, int height);
/// GetInputFocus: its answer tells that everything before it is done.
std::string x_sync();

/// Every error and event, and the answer to x_sync(), has this size.
constexpr std::size_t x_packet_size = 32;
enum class XPacketKind { error, reply, event };
XPacketKind x_packet_kind(std::string_view packet);

/// What a ConfigureNotify event tells of a window.
struct XConfigured {
  std::uint32_t window = 0;
  int width = 0;
  int height = 0;
  bool operator==(const XConfigured&) const = default;
};
/// Nothing for any other packet.
std::optional<XConfigured> x_configured(std::string_view packet);

}  // namespace greenroom::browser
