#include "recorder/player.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/time_format.hpp"
#include "recorder/archive_file.hpp"

namespace greenroom::recorder {

namespace {

std::string in_seconds(Milliseconds duration) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%lld.%03d", static_cast<long long>(duration.count() / 1000),
                static_cast<int>(duration.count() % 1000));
  return text.data();
}

/// RFC 8216 §4.3.3.1: no segment, rounded to seconds, may be longer; and it must not change while a playlist
/// grows, hence the floor above what segments usually take.
long long target_seconds(const RecordingIndex& index) {
  long long target = 6;
  for (const Segment& segment : index.segments)
    target = std::max<long long>(target, (segment.duration.count() + 500) / 1000);
  return target;
}

}  // namespace

std::string render_playlist(const RecordingIndex& index, const SegmentLink& link_of) {
  std::string out = "#EXTM3U\n#EXT-X-VERSION:7\n";
  out += "#EXT-X-TARGETDURATION:" + std::to_string(target_seconds(index)) + "\n";
  out += "#EXT-X-MEDIA-SEQUENCE:0\n";
  out += index.end ? "#EXT-X-PLAYLIST-TYPE:VOD\n" : "#EXT-X-PLAYLIST-TYPE:EVENT\n";
  out += "#EXT-X-INDEPENDENT-SEGMENTS\n";
  std::string_view init;
  for (const Segment& segment : index.segments) {
    const bool is_first = &segment == &index.segments.front();
    if (!is_first && segment.is_discontinuity) out += "#EXT-X-DISCONTINUITY\n";
    if (segment.init != init) out += "#EXT-X-MAP:URI=\"" + link_of(segment.init) + "\"\n";
    init = segment.init;
    out += "#EXT-X-PROGRAM-DATE-TIME:" + base::to_rfc3339(segment.wall) + "\n";
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
