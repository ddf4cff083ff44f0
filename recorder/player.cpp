#include "recorder/player.hpp"

#include <array>
#include <cstdio>

#include "base/time_format.hpp"
#include "recorder/archive_file.hpp"
#include "recorder/playlist_lines.hpp"

namespace greenroom::recorder {

std::string in_seconds(Milliseconds duration) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%lld.%03d", static_cast<long long>(duration.count() / 1000),
                static_cast<int>(duration.count() % 1000));
  return text.data();
}

std::string SegmentHeads::of(const Segment& segment) {
  std::string out;
  if (!is_first_ && segment.is_discontinuity) out += "#EXT-X-DISCONTINUITY\n";
  if (segment.init != init_) out += "#EXT-X-MAP:URI=\"" + link_of_(segment.init) + "\"\n";
  out += "#EXT-X-PROGRAM-DATE-TIME:" + base::to_rfc3339(segment.wall) + "\n";
  init_ = segment.init;
  is_first_ = false;
  return out;
}

std::string render_playlist(const RecordingIndex& index, const SegmentLink& link_of) {
  TargetSeconds target;
  for (const Segment& segment : index.segments) target.add(segment);
  std::string out = "#EXTM3U\n#EXT-X-VERSION:7\n";
  out += "#EXT-X-TARGETDURATION:" + std::to_string(target.value()) + "\n";
  out += "#EXT-X-MEDIA-SEQUENCE:0\n";
  out += index.end ? "#EXT-X-PLAYLIST-TYPE:VOD\n" : "#EXT-X-PLAYLIST-TYPE:EVENT\n";
  out += "#EXT-X-INDEPENDENT-SEGMENTS\n";
  SegmentHeads heads(link_of);
  for (const Segment& segment : index.segments) {
    out += heads.of(segment);
    out += "#EXTINF:" + in_seconds(segment.duration) + ",\n" + link_of(segment.file) + "\n";
  }
  if (index.end) out += "#EXT-X-ENDLIST\n";
  return out;
}

bool is_media_name(std::string_view name) { return is_segment_name(name) || is_init_name(name); }
std::string_view media_type() { return "video/mp4"; }
std::string_view playlist_type() { return "application/vnd.apple.mpegurl"; }

base::Result<base::UniqueFd> open_media_file(const std::string& directory, std::string_view name) {
  if (!is_media_name(name)) return Error{errc::invalid_argument, "no file of a recording"};
  return open_plain_file(directory, name);
}

}  // namespace greenroom::recorder
