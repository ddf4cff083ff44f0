#include "api/recording.hpp"

#include <limits>

#include <boost/json.hpp>

#include "api/replay.hpp"

namespace greenroom::api {

using base::errc;
using base::Error;

namespace {
std::string_view word(Mp4State state) {
  switch (state) {
    case Mp4State::not_requested:
      return "not_requested";
    case Mp4State::pending:
      return "pending";
    case Mp4State::ready:
      return "ready";
    case Mp4State::failed:
      return "failed";
  }
  return "failed";
}

json::object render_track(const Call& call, const Core& core, const session::SessionView& view,
                          const recorder::TabTrack& track) {
  json::object out;
  out["tab"] = track.tab;
  std::int64_t length = 0;
  for (const recorder::Segment& segment : track.index.segments) length += segment.duration.count();
  out["durationMs"] = length;
  out["segments"] = track.index.segments.size();
  out["playlist"] = tab_playlist_url(call, core, view.id, track.tab);
  return out;
}

Task<Result<net::Response>> show(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  auto facts = co_await core.recording((*view)->id);
  if (!facts) co_return facts.error();
  std::uint64_t bytes = 0;
  for (const recorder::Segment& segment : facts->index.segments) bytes += segment.size.count;
  json::object out;
  out["state"] = session::word(facts->state);
  if (!facts->error.empty()) {
    out["reason"] = session::recording_failure_reason(facts->error);
    out["error"] = facts->error;
  }
  out["durationMs"] = facts->index.duration().count();
  out["segments"] = facts->index.segments.size();
  out["bytes"] = bytes;
  out["mp4"] = word(core.mp4_facts((*view)->id).state);
  if (!facts->index.segments.empty()) {
    out["playlist"] = playlist_url(call, core, (*view)->id);
    auto tracks = co_await core.tracks((*view)->id, facts->index);
    if (!tracks) co_return tracks.error();
    json::array tabs;
    for (const recorder::TabTrack& track : *tracks) tabs.push_back(render_track(call, core, **view, track));
    out["tabs"] = std::move(tabs);
  }
  net::Response response = json_response(200, out);
  if (facts->state == session::RecordingState::finalizing) response.headers.set("retry-after", "1");
  co_return response;
}

Task<Result<net::Response>> make_mp4(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  auto requested = co_await core.request_mp4((*view)->id);
  if (!requested) co_return requested.error();
  json::object out;
  out["mp4"] = word(core.mp4_facts((*view)->id).state);
  co_return json_response(202, out);
}

Task<Result<net::Response>> mp4(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  auto path = co_await core.recording_mp4((*view)->id);
  if (!path) co_return path.error();
  net::Response response;
  response.headers.set("content-type", "video/mp4");
  response.headers.set("content-disposition", "attachment; filename=\"" + (*view)->id + ".mp4\"");
  response.file = net::FileBody{std::move(*path)};
  co_return response;
}

Task<Result<net::Response>> dom(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  const auto tab = number_parameter(call.request.target, "tab", -1, std::numeric_limits<int>::max());
  if (!tab) co_return tab.error();
  const std::optional<int> wanted = *tab < 0 ? std::nullopt : std::optional(static_cast<int>(*tab));
  auto events = co_await core.dom_events((*view)->id, wanted, {});
  if (!events) co_return events.error();
  co_return net::text_response(200, "application/json", std::move(*events));
}

Task<Result<net::Response>> erase_recording(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  auto erased = co_await core.erase_recording((*view)->id);
  if (!erased) co_return erased.error();
  co_return no_content();
}

Task<Result<net::Response>> erase(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  auto erased = co_await core.erase((*view)->id);
  if (!erased) co_return erased.error();
  co_return no_content();
}

constexpr Route recording_endpoints[] = {
    {"GET", "/greenroom/v1/sessions/{id}/recording", show},
    {"DELETE", "/greenroom/v1/sessions/{id}/recording", erase_recording},
    {"POST", "/greenroom/v1/sessions/{id}/recording/mp4", make_mp4},
    {"GET", "/greenroom/v1/sessions/{id}/recording.mp4", mp4},
    {"GET", "/greenroom/v1/sessions/{id}/dom", dom},
    {"DELETE", "/greenroom/v1/sessions/{id}/data", erase},
};
}  // namespace

std::span<const Route> recording_routes() { return recording_endpoints; }

}  // namespace greenroom::api
