// Pictures that show once more what the one before showed, without the encoder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace greenroom::recorder::encoder {

/// Makes pictures of nothing but skipped macroblocks, and numbers all pictures of the stream anew, since the
/// encoder does not know of those.
///
/// A decoder shows exactly the picture before: no motion, no residual, no deblocking (H.264 §8.4.1.1). A
/// still page, which most pages are, then costs a hundredth of what an encoder takes to find out that nothing
/// moved.
class Repeats {
 public:
  /// For the stream with this sequence parameter set (one NAL unit). None when its pictures are not ordered
  /// and numbered as x264 does it without B-frames.
  static std::optional<Repeats> of(std::string_view sps);

  /// A picture parameter set that the stream needs beside its own: one NAL unit.
  const std::string& parameters() const { return parameters_; }

  /// The encoder's next unit of a picture, as it must be in the stream. A key picture begins the count anew.
  std::string number(std::string_view unit);

  /// A key picture comes once more, as it was: what follows is counted from it.
  void begin_anew() { last_number_ = 0; }

  /// The next picture of the stream, showing the one before: one NAL unit.
  std::string repeat();

 private:
  Repeats() = default;
  std::uint32_t take_number();

  int number_bits_ = 0;  // width of frame_num
  std::uint32_t macroblocks_ = 0;
  std::string parameters_;
  std::uint32_t last_number_ = 0;
};

}  // namespace greenroom::recorder::encoder
