// The routes that serve recordings: playlists, their parts, the MP4, and a page to watch it on.
#pragma once

#include <string>

#include "api/dialect.hpp"

namespace greenroom::api {

std::span<const Route> replay_routes();

/// The media playlist of a session's recording, its parts as absolute addresses that carry their own token.
std::string playlist_of(const Call& call, const Core& core, const session::SessionView& view,
                        const recorder::RecordingIndex& index);

/// Addresses that work without any header until the token expires.
std::string playlist_url(const Call& call, const Core& core, std::string_view session_id);
std::string tab_playlist_url(const Call& call, const Core& core, std::string_view session_id, int tab);
std::string mp4_url(const Call& call, const Core& core, std::string_view session_id);
std::string watch_url(const Call& call, const Core& core, std::string_view session_id);

}  // namespace greenroom::api
