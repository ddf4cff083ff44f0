// Whatever an encoder or a daemon says, the other end neither crashes nor keeps more than its bounds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "recorder/control.hpp"

namespace {

/// What `bytes` hold, fed in pieces of `step`; how many, and whether it ended in an error.
template <class Parser>
std::pair<int, bool> parse(std::string_view bytes, std::size_t step) {
  Parser parser;
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
  using greenroom::recorder::CommandParser;
  using greenroom::recorder::EventParser;
  if (parse<EventParser>(bytes, 1) != parse<EventParser>(bytes, size)) std::abort();
  if (parse<CommandParser>(bytes, 1) != parse<CommandParser>(bytes, size)) std::abort();
  return 0;
}
