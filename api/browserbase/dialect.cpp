#include "api/browserbase/dialect.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/browserbase/certificates.hpp"
#include "api/browserbase/contexts.hpp"
#include "api/browserbase/extensions.hpp"
#include "api/browserbase/fetch.hpp"
#include "api/browserbase/files.hpp"
#include "api/browserbase/parse.hpp"
#include "api/browserbase/render.hpp"
#include "api/extensions.hpp"
#include "api/file_answers.hpp"
#include "api/profile_answers.hpp"
#include "api/proxy_fields.hpp"
#include "api/recording_wishes.hpp"
#include "api/replay.hpp"
#include "recorder/player.hpp"

namespace greenroom::api::browserbase {

using base::errc;
using base::Error;
using session::RecordingState;
using session::State;

namespace {
constexpr std::chrono::seconds longest_link{21'600};  // debug's expiresIn

Task<Result<net::Response>> create(const Call& call, Core& core) {
  auto request = parse_create(call.request.body, call.project_id);
  if (!request) co_return request.error();
  if (auto whole = complete_spec(call, request->spec); !whole) co_return whole.error();
  auto settled = co_await settle_profile(call, core, request->spec, "browserSettings.context", no_context);
  if (!settled) co_return settled.error();
  // Without a proxy of the operator's they are the machine's own connection.
  if (wants_provided_proxy(request->spec.network) && !core.options().provides_proxy)
    request->ignored.push_back("proxies");
  auto view = co_await core.create(std::move(request->spec));
  if (!view) co_return view.error();
  net::Response response = json_response(201, render_connectable(call, **view));
  co_return created(core, **view, with_ignored(std::move(response), request->ignored));
}

Task<Result<net::Response>> list(const Call& call, Core& core) {
  auto filter = parse_list(call.request.target);
  if (!filter) co_return filter.error();
  filter->project_id = call.project_id;
  auto views = co_await core.list(std::move(*filter));
  if (!views) co_return views.error();
  co_return list_response(call, *views);
}

Task<Result<net::Response>> get(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  co_return session_response(call, *view);
}

Task<Result<net::Response>> update(const Call& call, Core& core) {
  if (auto request = parse_update(call.request.body); !request) co_return request.error();
  auto owned = co_await find_owned(call, core);
  if (!owned) co_return owned.error();
  auto view = co_await core.end((*owned)->id, session::EndReason::requested);
  if (!view) co_return view.error();
  co_return json_response(200, render_session(**view));
}

Task<Result<net::Response>> debug(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  if ((*view)->state == State::ended) co_return Error{errc::gone, "the session has ended"};
  base::WallTime expires = (*view)->expires_at;
  const auto seconds =
      whole_parameter(call.request.target, "expiresIn", longest_link.count(), 1, longest_link.count());
  if (!seconds) co_return seconds.error();
  expires = std::min(expires, core.now() + std::chrono::seconds(*seconds));
  auto targets = co_await core.targets((*view)->id);
  if (!targets) co_return targets.error();
  co_return json_response(200, render_debug(call, **view, *targets, expires));
}

Task<Result<net::Response>> logs(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  auto events = co_await core.log((*view)->id);
  if (!events) co_return events.error();
  co_return json_response(200, render_logs(**view, *events));
}

/// The DOM recording of the primary tab (contract: recording, rrweb).
Task<Result<net::Response>> recording(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  const std::string with_session = "\"sessionId\":\"" + (*view)->id + "\",";
  auto events = co_await core.dom_events((*view)->id, std::nullopt, with_session);
  if (!events) co_return events.error();
  co_return net::text_response(200, "application/json; charset=utf-8", std::move(*events));
}

const Error no_replay{errc::not_found, "Replay not found"};

/// The recording's facts; not_found when there is nothing that could ever be played.
Task<Result<RecordingFacts>> playable(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  auto facts = co_await core.recording((*view)->id);
  if (!facts) co_return facts.error();
  const bool may_come =
      facts->state == RecordingState::recording || facts->state == RecordingState::finalizing;
  if (facts->index.segments.empty() && !may_come) co_return no_replay;
  co_return facts;
}

Task<Result<net::Response>> replays(const Call& call, Core& core) {
  auto facts = co_await playable(call, core);
  if (!facts) co_return facts.error();
  auto view = co_await core.find(std::string(call.path["id"]));
  if (!view) co_return view.error();
  auto tracks = co_await core.tracks((*view)->id, std::move(facts->index));
  if (!tracks) co_return tracks.error();
  co_return json_response(200, render_replays(**view, *tracks));
}

Task<Result<net::Response>> replay_page(const Call& call, Core& core) {
  auto facts = co_await playable(call, core);
  if (!facts) co_return facts.error();
  auto view = co_await core.find(std::string(call.path["id"]));
  if (!view) co_return view.error();
  auto tracks = co_await core.tracks((*view)->id, std::move(facts->index));
  if (!tracks) co_return tracks.error();
  for (const recorder::TabTrack& track : *tracks) {
    if (call.path["page"] != std::to_string(track.tab)) continue;
    auto response =
        net::text_response(200, recorder::playlist_type(), playlist_of(call, core, **view, track.index));
    response.headers.set("access-control-allow-origin", "*");
    co_return response;
  }
  co_return no_replay;
}

/// Whether there is, or can be, an MP4 of this session (contract: recording downloads).
Result<void> check_downloadable(const session::SessionView& view, const RecordingFacts& facts) {
  if (!view.recorded) return Error{errc::unsupported, "recording is disabled for this session"};
  if (view.state != State::ended) return Error{errc::conflict, "the session is still running"};
  if (facts.index.segments.empty()) return Error{errc::not_found, "there is no recording of this session"};
  return {};
}

Task<Result<net::Response>> downloads(const Call& call, Core& core, bool request_them) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  auto facts = co_await core.recording((*view)->id);
  if (!facts) co_return facts.error();
  const auto possible = check_downloadable(**view, *facts);
  if (!possible) {
    if (possible.error().code != errc::unsupported) co_return possible.error();
    net::Response refused = render_error(possible.error());
    json::object body;
    body["statusCode"] = 422;
    body["error"] = net::reason_phrase(422);
    body["message"] = possible.error().detail;
    refused.status = 422;
    refused.body = json::serialize(body);
    co_return refused;
  }
  if (request_them) {
    auto requested = co_await core.request_mp4((*view)->id);
    if (!requested) co_return requested.error();
  }
  co_return json_response(request_them ? 202u : 200u, render_downloads(call, core, **view));
}

Task<Result<net::Response>> request_downloads(const Call& call, Core& core) {
  return downloads(call, core, true);
}
Task<Result<net::Response>> list_downloads(const Call& call, Core& core) {
  return downloads(call, core, false);
}

Task<Result<net::Response>> list_projects(const Call& call, Core& core) {
  json::array out;
  for (const Project& project : core.projects())
    if (project.id == call.project_id) out.push_back(render_project(project, core.options()));
  co_return json_response(200, out);
}

Task<Result<net::Response>> get_project(const Call& call, Core& core) {
  for (const Project& project : core.projects())
    if (project.id == call.path["id"] && project.id == call.project_id)
      co_return json_response(200, render_project(project, core.options()));
  co_return Error{errc::not_found, "Project not found"};
}

Task<Result<net::Response>> project_usage(const Call& call, Core& core) {
  if (call.path["id"] != call.project_id) co_return Error{errc::not_found, "Project not found"};
  auto usage = co_await core.usage(call.project_id);
  if (!usage) co_return usage.error();
  json::object out;
  out["browserMinutes"] = usage->minutes;
  out["proxyBytes"] = usage->proxy_bytes;
  co_return json_response(200, out);
}

bool claims_websocket(const net::Request& request) {
  return request.target.parameter("signingKey") || request.target.parameter("apiKey");
}

/// The three forms of address that clients hold: ?signingKey=, ?apiKey=&sessionId=, and ?apiKey= alone, which
/// makes a session.
Task<Result<CdpTarget>> open_websocket(const Call& call, Core& core) {
  if (call.request.target.parameter("signingKey")) return open_with_token(call, core);
  session::SessionSpec fresh;
  fresh.dialect = "browserbase";
  return open_with_key(call, core, std::move(fresh));
}

constexpr Route routes[] = {
    {"POST", "/v1/sessions", create},
    {"GET", "/v1/sessions", list},
    {"GET", "/v1/sessions/{id}", get},
    {"POST", "/v1/sessions/{id}", update},
    {"GET", "/v1/sessions/{id}/debug", debug},
    {"GET", "/v1/sessions/{id}/logs", logs},
    {"GET", "/v1/sessions/{id}/replays", replays},
    {"GET", "/v1/sessions/{id}/replays/{page}", replay_page},
    {"GET", "/v1/sessions/{id}/recording", recording},
    {"POST", "/v1/sessions/{id}/recording/downloads", request_downloads},
    {"GET", "/v1/sessions/{id}/recording/downloads", list_downloads},
    {"POST", "/v1/contexts", create_context},
    {"GET", "/v1/contexts/{id}", get_context},
    {"PUT", "/v1/contexts/{id}", update_context},
    {"DELETE", "/v1/contexts/{id}", delete_context},
    {"GET", "/v1/sessions/{id}/downloads", session_downloads},
    {"POST", "/v1/sessions/{id}/uploads", upload, Access::key, file_route_limit},
    {"GET", "/v1/downloads", list_files},
    {"GET", "/v1/downloads/{id}", get_file},
    {"DELETE", "/v1/downloads/{id}", delete_file},
    {"GET", "/v1/projects", list_projects},
    {"GET", "/v1/projects/{id}", get_project},
    {"GET", "/v1/projects/{id}/usage", project_usage},
    {"POST", "/v1/certificates", create_certificate},
    {"GET", "/v1/certificates", list_certificates},
    {"GET", "/v1/certificates/{id}", get_certificate},
    {"DELETE", "/v1/certificates/{id}", delete_certificate},
    {"POST", "/v1/extensions", create_extension, Access::key, extension_form_limit},
    {"GET", "/v1/extensions/{id}", get_extension},
    {"DELETE", "/v1/extensions/{id}", delete_extension},
    // The rest of the SDK: refused in this provider's shape, once, without repeats.
    {"POST", "/v1/fetch", fetch},
    {"POST", "/v1/search", refuse_route},
    {"POST", "/v1/agents", refuse_route},
    {"GET", "/v1/agents", refuse_route},
    {"POST", "/v1/agents/runs", refuse_route},
    {"GET", "/v1/agents/runs", refuse_route},
    {"GET", "/v1/agents/runs/{id}", refuse_route},
    {"GET", "/v1/agents/runs/{id}/messages", refuse_route},
    {"POST", "/v1/agents/runs/{id}/stop", refuse_route},
    {"GET", "/v1/agents/{id}", refuse_route},
    {"PATCH", "/v1/agents/{id}", refuse_route},
    {"DELETE", "/v1/agents/{id}", refuse_route},
    {"GET", "/v1/secrets/keypair", refuse_route},
    {"POST", "/v1/secrets", refuse_route},
    {"GET", "/v1/secrets", refuse_route},
    {"GET", "/v1/secrets/{id}", refuse_route},
    {"PATCH", "/v1/secrets/{id}", refuse_route},
    {"DELETE", "/v1/secrets/{id}", refuse_route},
    {"GET", "/v1/functions/{id}/secrets", refuse_route},
    {"POST", "/v1/functions/{id}/secrets", refuse_route},
    {"DELETE", "/v1/functions/{id}/secrets/{secret}", refuse_route},
    {"POST", "/v1/webhooks", refuse_route},
    {"GET", "/v1/webhooks", refuse_route},
    {"GET", "/v1/webhooks/{id}", refuse_route},
    {"PATCH", "/v1/webhooks/{id}", refuse_route},
    {"DELETE", "/v1/webhooks/{id}", refuse_route},
    {"POST", "/v1/webhooks/{id}/secret", refuse_route},
};

constexpr std::string_view environment[] = {
    "export BROWSERBASE_BASE_URL={url}",
    "export BROWSERBASE_API_KEY={key}",
};

constexpr std::string_view program[] = {
    "// npm install @browserbasehq/sdk playwright-core",
    "import Browserbase from '@browserbasehq/sdk';",
    "import { chromium } from 'playwright-core';",
    "",
    "const bb = new Browserbase();",
    "const session = await bb.sessions.create();",
    "const browser = await chromium.connectOverCDP(session.connectUrl);",
    "const page = browser.contexts()[0].pages()[0];",
    "await page.goto('{url}/');",
    "console.log(await page.title());",
    "await page.screenshot({ path: 'first.png' });",
    "await browser.close();",
};
}  // namespace

const Dialect& dialect() {
  static const Dialect dialect{
      .name = "browserbase",
      .mount = "/browserbase",
      .key_header = "x-bb-api-key",
      .token_parameter = "signingKey",
      .routes = routes,
      .error = render_error,
      .claims_websocket = claims_websocket,
      .open_websocket = open_websocket,
      .welcome = {environment, "first.mjs", program},
  };
  return dialect;
}

}  // namespace greenroom::api::browserbase
