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

/// WarpPointer to a place on the root window, then GetInputFocus: its answer tells that the warp is done.
std::string x_warp_pointer(std::uint32_t root, int x, int y);
/// The size of the answer to GetInputFocus.
constexpr std::size_t x_reply_size = 32;

}  // namespace greenroom::browser
