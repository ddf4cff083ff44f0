// Pictures that do not come from a display, as a recording asks for them.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/task.hpp"

namespace greenroom::recorder {

/// One picture of a browser.
struct Frame {
  base::SteadyTime at;  ///< when the page looked so
  std::string base64;   ///< a JPEG
};

/// Keeps the newest picture for one reader, who can be as slow as it likes: older ones are forgotten, and a
/// browser that is not asked for more does not make any.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  /// The newest picture, once there is one that was not returned before. Errors: closed (there will be none
  /// any more). Cancel   returns closed.
  virtual base::Task<base::Result<Frame>> next() = 0;
  /// The newest picture counts as new again: its reader has forgotten it.
  virtual void repeat() = 0;
  /// At most so many pictures per second from now on.
  virtual void use_rate(int frames_per_second) = 0;
};

}  // namespace greenroom::recorder
