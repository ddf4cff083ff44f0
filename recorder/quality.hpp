// How good a recording's pictures are: three words instead of a codec's numbers. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "recorder/control.hpp"

namespace greenroom::recorder {

enum class Quality {
  evidence,  ///< small text reads as it did on the screen
  standard,  ///< text reads well
  small,     ///< what happened can be seen; long recordings stay small
};

/// The enumerator's own name, and back.
std::string_view name(Quality quality);
std::optional<Quality> quality_of(std::string_view name);

/// Sets the codec's numbers.
void use_quality(StartCommand& command, Quality quality);
/// What a browser's own pictures should have so that they do not spoil it; JPEG, 1 to 100.
int jpeg_quality(Quality quality);

}  // namespace greenroom::recorder
