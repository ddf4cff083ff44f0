#include "recorder/live_edge.hpp"

namespace greenroom::recorder {

namespace {

/// Enough for a player that is three parts behind now, whatever the segments' length.
constexpr std::size_t most_segments = 3;

LiveSegment& entry(LiveEdge& edge, const Segment& segment) {
  if (edge.empty() || edge.back().segment.file != segment.file) edge.push_back({segment, {}, true});
  if (edge.size() > most_segments) edge.erase(edge.begin());
  return edge.back();
}

}  // namespace

void add_part(LiveEdge& edge, const Segment& segment, const LivePart& part) {
  LiveSegment& open = entry(edge, segment);
  open.segment = segment;
  open.parts.push_back(part);
}

void finish_segment(LiveEdge& edge, const Segment& segment) {
  LiveSegment& finished = entry(edge, segment);
  finished.segment = segment;
  finished.is_open = false;
}

}  // namespace greenroom::recorder
