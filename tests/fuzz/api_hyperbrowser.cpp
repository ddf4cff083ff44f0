// Any request through this dialect's door.
// Links: fuzz_api_door
#include "tests/fuzz/api_door.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr greenroom::fuzz::Door door{"/hyperbrowser", "x-api-key", ""};
  return greenroom::fuzz::knock(door, data, size);
}
