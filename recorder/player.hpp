// A recording as HTTP serves it: its playlist, and which of its files may be asked for. Pure but for opening
// a file; the only header of this folder that api/ includes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/fd.hpp"
#include "recorder/archive.hpp"
#include "recorder/live_edge.hpp"
#include "recorder/tracks.hpp"

namespace greenroom::recorder {

/// The address of one of the recording's files ("seg-3.m4s", "init-0.mp4"), absolute or relative to the
/// playlist. It is written into a line of its own and into a quoted attribute: percent-encoded, no quotes.
using SegmentLink = std::function<std::string(std::string_view file)>;

/// An HLS media playlist (RFC 8216, version 7): an EVENT playlist that grows while the recording runs, a VOD
/// playlist with its end mark when it has ended. An index without segments gives a playlist without any.
std::string render_playlist(const RecordingIndex& index, const SegmentLink& link_of);

/// The playlist of a recording that is still being made, for players that want to be close to now:
/// low-latency HLS (draft-pantos-hls-rfc8216bis §4.4, §6.2.5.2) with the parts of the newest segments. One
/// that has ended, or of which no part is known, is as render_playlist() has it.
std::string render_live_playlist(const RecordingIndex& index, const LiveEdge& edge,
                                 const SegmentLink& link_of);

/// Which part a player wants to wait for (_HLS_msn, _HLS_part).
struct PartWanted {
  std::uint64_t segment = 0;
  std::optional<std::uint64_t> part;  ///< none: the whole segment
};

/// True when the playlist has it, or something behind it.
bool has_part(const RecordingIndex& index, const LiveEdge& edge, const PartWanted& wanted);
/// False for one so far ahead that waiting for it makes no sense; such a request is refused.
bool may_wait_for(const RecordingIndex& index, const LiveEdge& edge, const PartWanted& wanted);

/// True for the names of a recording's own media files, and for nothing else.
bool is_media_name(std::string_view name);

/// "video/mp4" for a recording's media files.
std::string_view media_type();
/// "application/vnd.apple.mpegurl"
std::string_view playlist_type();

/// Opens one of the recording's media files for serving; links are not followed.
/// Errors: invalid_argument (is_media_name() is false, or no regular file), not_found, io.
base::Result<base::UniqueFd> open_media_file(const std::string& directory, std::string_view name);

}  // namespace greenroom::recorder
