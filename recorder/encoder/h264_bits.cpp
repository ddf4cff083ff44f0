#include "recorder/encoder/h264_bits.hpp"

namespace greenroom::recorder::encoder {

std::string payload_of(std::string_view unit) {
  std::string payload;
  payload.reserve(unit.size());
  int zeros = 0;
  for (std::size_t i = 1; i < unit.size(); ++i) {
    const bool is_guard = zeros >= 2 && unit[i] == 3;
    if (!is_guard) payload.push_back(unit[i]);
    zeros = unit[i] == 0 ? zeros + 1 : 0;
  }
  return payload;
}

std::string unit_of(char first_byte, std::string_view payload) {
  std::string unit(1, first_byte);
  unit.reserve(payload.size() + payload.size() / 64 + 2);
  int zeros = 0;
  for (const char byte : payload) {
    if (zeros >= 2 && static_cast<unsigned char>(byte) <= 3) {
      unit.push_back(3);
      zeros = 0;
    }
    unit.push_back(byte);
    zeros = byte == 0 ? zeros + 1 : 0;
  }
  return unit;
}

}  // namespace greenroom::recorder::encoder
