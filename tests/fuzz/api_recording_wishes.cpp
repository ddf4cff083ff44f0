// The header by which callers say how a session is recorded.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "api/recording_wishes.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  greenroom::session::SessionSpec spec;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = greenroom::api::read_recording_wishes(text, spec);
  if (read && spec.record_fps && (*spec.record_fps < 1 || *spec.record_fps > 60)) std::abort();
  return 0;
}
