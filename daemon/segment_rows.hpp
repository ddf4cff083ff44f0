// Between the recorder's segments and their rows: the two folders do not know each other. Pure.
#pragma once

#include "recorder/archive.hpp"
#include "store/segment_store.hpp"

namespace greenroom::daemon {

inline store::SegmentRecord to_record(const recorder::Segment& segment) {
  return {segment.file,
          segment.init,
          segment.start.count(),
          segment.duration.count(),
          segment.wall.time_since_epoch().count(),
          static_cast<std::int64_t>(segment.size.count),
          segment.width,
          segment.height,
          segment.frames,
          segment.is_discontinuity};
}

inline recorder::Segment to_segment(const store::SegmentRecord& row) {
  recorder::Segment segment;
  segment.file = row.file;
  segment.init = row.init;
  segment.start = base::Milliseconds(row.start_ms);
  segment.duration = base::Milliseconds(row.duration_ms);
  segment.wall = base::WallTime(base::Milliseconds(row.wall_ms));
  segment.size.count = static_cast<std::uint64_t>(row.bytes);
  segment.width = row.width;
  segment.height = row.height;
  segment.frames = row.frames;
  segment.is_discontinuity = row.is_discontinuity;
  return segment;
}

}  // namespace greenroom::daemon
