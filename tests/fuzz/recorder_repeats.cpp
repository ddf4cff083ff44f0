// An encoder's H.264 units: the first is its sequence parameter set, the others are pictures. Before each a
// byte says how long it is.
//
// Sources: recorder/encoder/h264_bits.cpp recorder/encoder/repeats.cpp
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "recorder/encoder/h264_bits.hpp"
#include "recorder/encoder/repeats.hpp"

namespace {

std::string_view take_unit(std::string_view& input) {
  if (input.empty()) return {};
  const std::size_t size = static_cast<unsigned char>(input[0]);
  const std::string_view unit = input.substr(1, size);
  input.remove_prefix(1 + unit.size());
  return unit;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greenroom::recorder::encoder;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  auto repeats = Repeats::of(take_unit(input));
  while (!input.empty()) {
    const std::string_view unit = take_unit(input);
    // What is taken out of a unit and put in again is the same payload.
    if (!unit.empty() && payload_of(unit_of(unit[0], payload_of(unit))) != payload_of(unit)) std::abort();
    if (!repeats) continue;
    const std::string numbered = repeats->number(unit);
    if (unit.empty() != numbered.empty()) std::abort();
    if (repeats->repeat().empty()) std::abort();
  }
  return 0;
}
