// How large a picture is, without unpacking it.
#pragma once

#include <optional>
#include <string_view>

namespace greenroom::recorder {

struct PictureSize {
  int width = 0;  ///< pixels
  int height = 0;
  bool operator==(const PictureSize&) const = default;
};

/// The size that a JPEG's frame header names (ITU-T T.81 §B.2.2). None when that does not lie in the first
/// few KiB, where Chromium writes it, or is no JPEG's.
std::optional<PictureSize> jpeg_size(std::string_view base64);

}  // namespace greenroom::recorder
