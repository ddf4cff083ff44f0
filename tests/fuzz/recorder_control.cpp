// Whatever an encoder or a daemon says, the other end neither crashes nor keeps more than its bounds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "recorder/control.hpp"

namespace {

/// The events of `bytes`, fed in pieces of `step`; their number, and whether it ended in an error.
std::pair<int, bool> parse(std::string_view bytes, std::size_t step) {
  greenroom::recorder::EventParser parser;
  int events = 0;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    parser.feed(bytes.substr(at, step));
    for (;;) {
      const auto event = parser.next();
      if (!event) return {events, true};
      if (!*event) break;
      ++events;
    }
  }
  return {events, false};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)greenroom::recorder::parse_command(bytes);
  if (parse(bytes, 1) != parse(bytes, size)) std::abort();
  return 0;
}
