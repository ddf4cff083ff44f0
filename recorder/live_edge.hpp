// The end of a recording that is still being made: what players that want to be close to now may fetch.
// Values only.
#pragma once

#include <cstdint>
#include <vector>

#include "recorder/archive.hpp"

namespace greenroom::recorder {

/// A piece of a segment, of about a second.
struct LivePart {
  std::uint64_t offset = 0;  ///< bytes, in the segment's file
  std::uint64_t size = 0;    ///< bytes
  Milliseconds duration{};
  bool is_independent = false;  ///< begins with a key picture
  bool operator==(const LivePart&) const = default;
};

/// The newest segments, oldest first; the last one may still be open, and is then in no index.
struct LiveSegment {
  Segment segment;
  std::vector<LivePart> parts;
  bool is_open = true;
  bool operator==(const LiveSegment&) const = default;
};

/// No part is longer: a piece ends with the first picture after 0.9 s, or with the old one shown again after
/// 1 s.
inline constexpr Milliseconds longest_part{1200};

using LiveEdge = std::vector<LiveSegment>;

/// Takes in a part of the open segment, or the segment itself when it has been finished. Keeps three
/// segments.
void add_part(LiveEdge& edge, const Segment& segment, const LivePart& part);
void finish_segment(LiveEdge& edge, const Segment& segment);

}  // namespace greenroom::recorder
