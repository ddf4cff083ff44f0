// The half of player.hpp that players close to now need.
#include <algorithm>

#include "recorder/player.hpp"
#include "recorder/playlist_lines.hpp"

namespace greenroom::recorder {

namespace {

const LiveSegment* find(const LiveEdge& edge, const std::string& file) {
  const auto found = std::find_if(edge.begin(), edge.end(),
                                  [&](const LiveSegment& live) { return live.segment.file == file; });
  return found == edge.end() ? nullptr : &*found;
}

bool is_indexed(const RecordingIndex& index, const std::string& file) {
  return std::any_of(index.segments.rbegin(), index.segments.rend(),
                     [&](const Segment& segment) { return segment.file == file; });
}

/// Every segment of the playlist in its order: those of the index, and those that it does not name yet. The
/// index was read from the disk and may be a moment older, or newer, than the edge.
struct Entry {
  Segment segment;
  std::vector<LivePart> parts;
  bool is_open = false;
};

std::vector<Entry> entries_of(const RecordingIndex& index, const LiveEdge& edge) {
  std::vector<Entry> entries;
  for (const Segment& segment : index.segments) {
    const LiveSegment* live = find(edge, segment.file);
    entries.push_back({segment, live != nullptr ? live->parts : std::vector<LivePart>(), false});
  }
  for (const LiveSegment& live : edge)
    if (!is_indexed(index, live.segment.file) && live.segment.start >= index.duration())
      entries.push_back({live.segment, live.parts, live.is_open});
  // Said to be finished once the next one has its first part: hls.js takes what comes behind the last part
  // for a piece of that segment, and gives up when a recording ends before there is another.
  if (!entries.empty() && !entries.back().parts.empty()) entries.back().is_open = true;
  return entries;
}

void add_parts(std::string& out, const Entry& entry, const SegmentLink& link_of) {
  for (const LivePart& part : entry.parts) {
    out += "#EXT-X-PART:DURATION=" + in_seconds(part.duration) + ",URI=\"" + link_of(entry.segment.file) +
           "\",BYTERANGE=\"" + std::to_string(part.size) + "@" + std::to_string(part.offset) + "\"";
    if (part.is_independent) out += ",INDEPENDENT=YES";
    out += "\n";
  }
}

}  // namespace

std::string render_live_playlist(const RecordingIndex& index, const LiveEdge& edge,
                                 const SegmentLink& link_of) {
  if (index.end || edge.empty()) return render_playlist(index, link_of);
  const std::vector<Entry> entries = entries_of(index, edge);
  // Two parts are as close as a player may be told to keep (rfc8216bis §4.4.3.8); with the part that is being
  // made that is within three seconds.
  const Milliseconds hold_back = longest_part * 2;
  TargetSeconds target;
  for (const Entry& entry : entries) target.add(entry.segment);
  std::string out = "#EXTM3U\n#EXT-X-VERSION:7\n";
  out += "#EXT-X-TARGETDURATION:" + std::to_string(target.value()) + "\n";
  out += "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=" + in_seconds(hold_back) + "\n";
  out += "#EXT-X-PART-INF:PART-TARGET=" + in_seconds(longest_part) + "\n";
  out += "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-INDEPENDENT-SEGMENTS\n";
  SegmentHeads heads(link_of);
  for (const Entry& entry : entries) {
    out += heads.of(entry.segment);
    add_parts(out, entry, link_of);
    if (entry.is_open) continue;
    out += "#EXTINF:" + in_seconds(entry.segment.duration) + ",\n" + link_of(entry.segment.file) + "\n";
  }
  return out;
}

bool has_part(const RecordingIndex& index, const LiveEdge& edge, const PartWanted& wanted) {
  if (index.end) return true;
  const std::vector<Entry> entries = entries_of(index, edge);
  if (wanted.segment >= entries.size()) return false;
  const Entry& entry = entries[wanted.segment];
  if (!entry.is_open) return true;
  return wanted.part && *wanted.part < entry.parts.size();
}

bool may_wait_for(const RecordingIndex& index, const LiveEdge& edge, const PartWanted& wanted) {
  constexpr std::size_t furthest = 2;  // rfc8216bis §6.2.5.2
  return index.end || wanted.segment <= entries_of(index, edge).size() + furthest;
}

}  // namespace greenroom::recorder
