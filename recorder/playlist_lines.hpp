// What the finished and the live playlist write alike. Pure.
#pragma once

#include <algorithm>
#include <string>

#include "recorder/archive.hpp"
#include "recorder/player.hpp"

namespace greenroom::recorder {

/// "4.072".
std::string in_seconds(Milliseconds duration);

/// EXT-X-TARGETDURATION, RFC 8216 §4.3.3.1: no segment, rounded to seconds, may be longer; and it must not
/// change while a playlist grows, hence no less than segments usually take.
class TargetSeconds {
 public:
  void add(const Segment& segment) { longest_ = std::max(longest_, segment.duration); }
  long long value() const { return (longest_.count() + 500) / 1000; }

 private:
  Milliseconds longest_ = longest_segment(usual_segment);
};

/// The lines before each segment's own, in the order of the playlist.
class SegmentHeads {
 public:
  explicit SegmentHeads(const SegmentLink& link_of) : link_of_(link_of) {}
  std::string of(const Segment& segment);

 private:
  const SegmentLink& link_of_;
  std::string init_;
  bool is_first_ = true;
};

}  // namespace greenroom::recorder
