// Any request through this dialect's door.
// Links: fakes fakes_api
#include "tests/fuzz/api_door.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr Door door{"/steel", "steel-api-key", ""};
  return knock(door, data, size);
}
