// Answers about sessions, whose metadata is anybody's: on a terminal they are text and nothing that steers
// it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "daemon/session_table.hpp"

namespace {

void check(const greenroom::base::Result<std::string>& text) {
  if (!text) return;
  for (std::size_t i = 0; i < text->size(); ++i) {
    const auto byte = static_cast<unsigned char>((*text)[i]);
    if ((byte < ' ' && byte != '\n') || byte == 0x7f) std::abort();
    // The C1 controls, as UTF-8.
    const auto next = i + 1 < text->size() ? static_cast<unsigned char>((*text)[i + 1]) : 0u;
    if (byte == 0xC2 && next >= 0x80 && next <= 0x9F) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  check(greenroom::daemon::session_table(body));
  check(greenroom::daemon::session_details(body));
  return 0;
}
