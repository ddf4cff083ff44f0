// The bits inside H.264's NAL units (ITU-T H.264 §7.2, §7.3.1, §9.1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace greenroom::recorder::encoder {

/// Reads the bits of a payload, the first one of each byte first. Behind the end everything is zero, and
/// is_good() false.
class BitReader {
 public:
  explicit BitReader(std::string_view payload) : payload_(payload) {}

  bool is_good() const { return at_ <= payload_.size() * 8; }
  std::size_t position() const { return at_; }
  /// `count`: at most 32.
  std::uint32_t bits(int count) {
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i) value = value << 1 | next();
    return value;
  }
  bool flag() { return next() != 0; }
  /// An Exp-Golomb code, ue(v).
  std::uint32_t number() {
    int zeros = 0;
    while (zeros < 32 && is_good() && next() == 0) ++zeros;
    return zeros >= 32 ? 0 : (1u << zeros) - 1 + bits(zeros);
  }

 private:
  std::uint32_t next() {
    const std::size_t byte = at_ / 8;
    const std::size_t shift = 7 - at_ % 8;
    ++at_;
    if (byte >= payload_.size()) return 0;
    return std::uint32_t{static_cast<unsigned char>(payload_[byte])} >> shift & 1u;
  }

  std::string_view payload_;
  std::size_t at_ = 0;  // bits
};

class BitWriter {
 public:
  /// `count`: at most 32.
  void bits(std::uint32_t value, int count) {
    for (int i = count - 1; i >= 0; --i) add(value >> i & 1u);
  }
  void flag(bool value) { add(value ? 1u : 0u); }
  /// An Exp-Golomb code, ue(v); se(v) of 0 is the same as ue(v) of 0.
  void number(std::uint32_t value) {
    int length = 0;
    while ((value + 1) >> length > 1) ++length;
    bits(0, length);
    bits(value + 1, length + 1);
  }
  /// The payload with its stop bit.
  std::string finish() {
    add(1);
    while (used_ % 8 != 0) add(0);
    return payload_;
  }

 private:
  void add(std::uint32_t bit) {
    if (used_ % 8 == 0) payload_.push_back('\0');
    if (bit != 0) payload_.back() = static_cast<char>(payload_.back() | 1 << (7 - used_ % 8));
    ++used_;
  }

  std::string payload_;
  std::size_t used_ = 0;  // bits
};

/// The payload of a NAL unit: without its first byte and the bytes that keep it free of start codes.
std::string payload_of(std::string_view unit);
/// The NAL unit with that first byte and payload.
std::string unit_of(char first_byte, std::string_view payload);

}  // namespace greenroom::recorder::encoder
