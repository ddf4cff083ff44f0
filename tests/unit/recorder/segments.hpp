// Segments as the tests of this folder need them.
#pragma once

#include "recorder/archive.hpp"

namespace greenroom::recorder {

/// Number `n` of a recording that began at second 1,000 of the epoch; each segment takes four seconds.
inline Segment segment(std::uint32_t n, std::uint32_t init = 0) {
  Segment s;
  s.file = segment_name(n);
  s.init = init_name(init);
  s.start = Milliseconds(4000) * n;
  s.duration = Milliseconds(4000);
  s.wall = WallTime(Milliseconds(1'000'000)) + s.start;
  s.size = Bytes{1234};
  s.width = 1280;
  s.height = 720;
  s.frames = 40;
  return s;
}

}  // namespace greenroom::recorder
