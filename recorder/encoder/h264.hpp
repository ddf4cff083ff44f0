// x264 as we use it: one picture in, one access unit out, at once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "recorder/encoder/picture.hpp"
#include "recorder/mp4_writer.hpp"

namespace greenroom::recorder::encoder {

struct H264Options {
  int width = 0;   ///< pixels, even
  int height = 0;  ///< pixels, even
  int frames_per_second = 10;
  int quantizer = 26;  ///< constant: 0 best, 51 worst
  std::string preset = "superfast";
  Range range = Range::limited;
};

/// One encoded picture; `bytes` until the next call.
struct AccessUnit {
  std::string_view bytes;  ///< NAL units, four bytes of length before each
  bool is_key = false;
};

/// An encoder for pictures of one size.
class H264Encoder {
 public:
  /// Errors: invalid_argument (no such preset), internal (x264 does not want these options).
  static base::Result<std::unique_ptr<H264Encoder>> open(const H264Options& options);
  virtual ~H264Encoder() = default;

  virtual const VideoConfig& config() const = 0;
  /// `changed`: of the picture; the rest is as it was in the last call. Errors: internal.
  virtual base::Result<AccessUnit> encode(const Picture420& picture, const Rect& changed, bool as_key) = 0;
  /// `picture`, which is the one of the last call unchanged: costs next to nothing. Errors: internal.
  virtual base::Result<AccessUnit> repeat(const Picture420& picture, bool as_key) = 0;
};

}  // namespace greenroom::recorder::encoder
