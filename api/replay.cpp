#include "api/replay.hpp"

#include <charconv>
#include <chrono>
#include <optional>

#include <boost/json.hpp>

#include "api/assets.hpp"
#include "api/timeline.hpp"
#include "recorder/player.hpp"

namespace greenroom::api {

using base::errc;
using base::Error;

namespace {
/// A player that waits for a part is answered by then, with what there is.
constexpr base::Milliseconds longest_block{5'000};

std::string link(const Call& call, const Core& core, std::string_view session_id, std::string_view file) {
  const std::string token = call.signer.sign(Scope::replay, session_id, core.now() + call.link_lifetime);
  return call.base_url + "/replay/" + std::string(session_id) + "/" + std::string(file) + "?token=" + token;
}

/// Players fetch playlists and segments from pages of any origin; the token in the address is the credential.
void allow_any_origin(net::Response& response) {
  response.headers.set("access-control-allow-origin", "*");
  response.headers.set("access-control-expose-headers", "content-length, content-range, accept-ranges");
}

Result<std::string> session_of(const Call& call, const Core& core) {
  auto id = session_of_token(call, Scope::replay, core.now());
  if (!id) return id.error();
  if (*id != call.path["id"]) return Error{errc::forbidden, "the token is another session's"};
  return id;
}

std::optional<std::uint64_t> number_parameter(const Call& call, std::string_view name) {
  const auto text = call.request.target.parameter(name);
  std::uint64_t n = 0;
  if (!text) return std::nullopt;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), n);
  return read.ec == std::errc() && read.ptr == text->data() + text->size() ? std::optional(n) : std::nullopt;
}

/// What can be played now, or, for a player that asks for a part which is still to come, once that is there.
Task<Result<RecordingFacts>> playable(const Call& call, Core& core, std::string id) {
  auto facts = co_await core.recording(id);
  const auto segment = number_parameter(call, "_HLS_msn");
  if (!facts || !segment) co_return facts;
  const recorder::PartWanted wanted{*segment, number_parameter(call, "_HLS_part")};
  if (!recorder::may_wait_for(facts->index, facts->live, wanted))
    co_return Error{errc::invalid_argument, "_HLS_msn is too far ahead"};
  const auto deadline = std::chrono::steady_clock::now() + longest_block;
  while (facts && facts->state == session::RecordingState::recording &&
         !recorder::has_part(facts->index, facts->live, wanted)) {
    const auto left =
        std::chrono::duration_cast<base::Milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) break;
    co_await core.recording_grows(id, left);
    facts = co_await core.recording(id);
  }
  co_return facts;
}

std::string live_playlist_of(const Call& call, const Core& core, const session::SessionView& view,
                             const RecordingFacts& facts) {
  const std::string token = call.signer.sign(Scope::replay, view.id, core.now() + call.link_lifetime);
  const std::string front = call.base_url + "/replay/" + view.id + "/";
  const auto link_of = [&](std::string_view file) { return front + std::string(file) + "?token=" + token; };
  return recorder::render_live_playlist(facts.index, facts.live, link_of);
}

net::Response playlist_response(const RecordingFacts& facts, std::string text) {
  auto response = net::text_response(200, recorder::playlist_type(), std::move(text));
  response.headers.set("cache-control", "no-store");
  // A player polls a playlist without an end by itself; whoever looks can see why it has none.
  response.headers.set("greenroom-recording", std::string(session::word(facts.state)));
  allow_any_origin(response);
  return response;
}

Task<Result<net::Response>> playlist(const Call& call, Core& core) {
  auto id = session_of(call, core);
  if (!id) co_return id.error();
  auto view = co_await core.find(*id);
  if (!view) co_return view.error();
  auto facts = co_await playable(call, core, *id);
  if (!facts) co_return facts.error();
  co_return playlist_response(*facts, live_playlist_of(call, core, **view, *facts));
}

/// What was seen of one tab: ".../tab/2/playlist.m3u8".
Task<Result<net::Response>> tab_playlist(const Call& call, Core& core) {
  auto id = session_of(call, core);
  if (!id) co_return id.error();
  const std::string_view text = call.path["tab"];
  int tab = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), tab);
  if (failure != std::errc() || end != text.data() + text.size())
    co_return Error{errc::not_found, "no such tab"};
  auto view = co_await core.find(*id);
  if (!view) co_return view.error();
  auto facts = co_await core.recording(*id);
  if (!facts) co_return facts.error();
  auto tracks = co_await core.tracks(*id, facts->index);
  if (!tracks) co_return tracks.error();
  for (const recorder::TabTrack& track : *tracks)
    if (track.tab == tab) co_return playlist_response(*facts, playlist_of(call, core, **view, track.index));
  co_return Error{errc::not_found, "nothing was seen of that tab"};
}

/// What the page shows beside the video.
Task<Result<net::Response>> replay_markers(const Call& call, Core& core) {
  auto id = session_of(call, core);
  if (!id) co_return id.error();
  auto facts = co_await core.recording(*id);
  if (!facts) co_return facts.error();
  LogQuery query;
  query.only_markers = true;
  auto events = co_await core.timeline(*id, query);
  if (!events) co_return events.error();
  // Counted from the video's first picture.
  const base::WallTime origin =
      facts->index.segments.empty() ? base::WallTime() : facts->index.segments.front().wall;
  co_return json_response(200, render_markers(*events, origin));
}

Task<Result<net::Response>> part(const Call& call, Core& core) {
  const auto id = session_of(call, core);
  if (!id) co_return id.error();
  auto path = core.recording_file(*id, call.path["file"]);
  if (!path) co_return path.error();
  net::Response response;
  response.headers.set("content-type", "video/mp4");
  const bool is_finished = !path->ends_with(recorder::open_file_suffix);
  response.headers.set("cache-control", is_finished ? "private, max-age=21600, immutable" : "no-store");
  allow_any_origin(response);
  response.file = net::FileBody{std::move(*path)};
  co_return response;
}

Task<Result<net::Response>> replay_mp4(const Call& call, Core& core) {
  auto id = session_of(call, core);
  if (!id) co_return id.error();
  auto path = co_await core.recording_mp4(*id);
  if (!path) co_return path.error();
  net::Response response;
  response.headers.set("content-type", "video/mp4");
  response.headers.set("content-disposition", "inline; filename=\"" + *id + "-0.mp4\"");
  allow_any_origin(response);
  response.file = net::FileBody{std::move(*path)};
  co_return response;
}

Task<Result<net::Response>> watch(const Call& call, Core& core) {
  auto id = session_of(call, core);
  if (!id) co_return id.error();
  auto view = co_await core.find(*id);
  if (!view) co_return view.error();
  co_return page_response(asset("watch.html"));
}

/// What the page asks for: the state, and where the video is once there is one.
Task<Result<net::Response>> watch_facts(const Call& call, Core& core) {
  auto id = session_of(call, core);
  if (!id) co_return id.error();
  auto view = co_await core.find(*id);
  if (!view) co_return view.error();
  auto facts = co_await core.recording(*id);
  if (!facts) co_return facts.error();
  json::object out;
  out["id"] = *id;
  out["state"] = session::word((*view)->state);
  if ((*view)->end_reason) out["endReason"] = session::word(*(*view)->end_reason);
  out["recording"] = session::word(facts->state);
  out["error"] = facts->error;
  out["durationMs"] = facts->index.duration().count();
  if (facts->state == session::RecordingState::ready) out["mp4"] = mp4_url(call, core, *id);
  if ((*view)->state != session::State::ended) {
    const std::string token = call.signer.sign(Scope::view, *id, (*view)->expires_at);
    out["live"] = call.base_url + "/view/" + *id + "?token=" + token;
  }
  co_return json_response(200, out);
}

constexpr Route replay_endpoints[] = {
    {"GET", "/replay/{id}/playlist.m3u8", playlist, Access::open},
    {"GET", "/replay/{id}/tab/{tab}/playlist.m3u8", tab_playlist, Access::open},
    {"GET", "/replay/{id}/markers", replay_markers, Access::open},
    {"GET", "/replay/{id}/recording.mp4", replay_mp4, Access::open},
    {"GET", "/replay/{id}/facts", watch_facts, Access::open},
    {"GET", "/replay/{id}/watch", watch, Access::open},
    {"GET", "/replay/{id}/{file}", part, Access::open},
};
}  // namespace

std::span<const Route> replay_routes() { return replay_endpoints; }

std::string playlist_of(const Call& call, const Core& core, const session::SessionView& view,
                        const recorder::RecordingIndex& index) {
  const std::string token = call.signer.sign(Scope::replay, view.id, core.now() + call.link_lifetime);
  const std::string front = call.base_url + "/replay/" + view.id + "/";
  const auto link_of = [&](std::string_view file) { return front + std::string(file) + "?token=" + token; };
  return recorder::render_playlist(index, link_of);
}

std::string playlist_url(const Call& call, const Core& core, std::string_view session_id) {
  return link(call, core, session_id, "playlist.m3u8");
}
std::string tab_playlist_url(const Call& call, const Core& core, std::string_view session_id, int tab) {
  return link(call, core, session_id, "tab/" + std::to_string(tab) + "/playlist.m3u8");
}
std::string mp4_url(const Call& call, const Core& core, std::string_view session_id) {
  return link(call, core, session_id, "recording.mp4");
}
std::string watch_url(const Call& call, const Core& core, std::string_view session_id) {
  return link(call, core, session_id, "watch");
}

}  // namespace greenroom::api
