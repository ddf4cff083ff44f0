#include "api/hyperbrowser/dialect.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/extensions.hpp"
#include "api/file_answers.hpp"
#include "api/hyperbrowser/extensions.hpp"
#include "api/hyperbrowser/files.hpp"
#include "api/hyperbrowser/parse.hpp"
#include "api/hyperbrowser/profiles.hpp"
#include "api/hyperbrowser/render.hpp"
#include "api/profiles.hpp"
#include "api/recording_wishes.hpp"
#include "api/replay.hpp"
#include "recorder/player.hpp"

namespace greenroom::api::hyperbrowser {

using base::errc;
using base::Error;
using session::State;

namespace {
net::Response succeeded() {
  json::object body;
  body["success"] = true;
  return json_response(200, body);
}

Task<Result<net::Response>> create(const Call& call, Core& core) {
  auto request = parse_create(call.request.body);
  if (!request) co_return request.error();
  if (request->wants_place)
    co_return render_refusal("proxies_unavailable", "this server cannot choose where a proxy stands");
  if (request->wants_proxy_pool && !core.options().provides_proxy)
    co_return render_refusal("proxies_unavailable",
                             "this server has no proxies of its own: leave useProxy out");
  request->spec.project_id = call.project_id;
  if (auto whole = complete_spec(call, request->spec); !whole) co_return whole.error();
  auto settled = co_await settle_create(call, core, *request);
  if (!settled) co_return settled.error();
  auto view = co_await core.create(request->spec);
  if (!view) {
    co_await forget_copy(call, core, *request);
    co_return view.error();
  }
  net::Response response = json_response(200, render_detail(call, core, **view, live_lifetime_of(**view)));
  co_return created(core, **view, with_ignored(std::move(response), request->ignored));
}

Task<Result<net::Response>> get(const Call& call, Core& core) {
  const auto asked = parse_live_lifetime(call.request.target);
  if (!asked) co_return asked.error();
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  const bool has_wish = call.request.target.parameter("liveViewTtlSeconds").has_value();
  const auto lifetime = has_wish ? *asked : live_lifetime_of(**view);
  co_return json_response(200, render_detail(call, core, **view, lifetime));
}

Task<Result<net::Response>> stop(const Call& call, Core& core) {
  auto owned = co_await find_owned(call, core);
  if (!owned) co_return owned.error();
  auto view = co_await core.end((*owned)->id, session::EndReason::requested);
  if (!view) co_return view.error();
  co_return succeeded();
}

Task<Result<net::Response>> list(const Call& call, Core& core) {
  auto request = parse_list(call.request.target);
  if (!request) co_return request.error();
  json::array out;
  if (request->finds_nothing) co_return json_response(200, render_page("sessions", out, 0, request->page));
  request->filter.project_id = call.project_id;
  auto views = co_await core.list(request->filter);
  if (!views) co_return views.error();
  auto total = co_await core.count(request->filter);
  if (!total) co_return total.error();
  for (const SharedView& view : *views) out.push_back(render_session(call, core, *view));
  co_return json_response(200, render_page("sessions", std::move(out), *total, request->page));
}

Task<Result<net::Response>> active_count(const Call& call, Core& core) {
  session::ListFilter filter;
  filter.project_id = call.project_id;
  filter.live = true;
  auto count = co_await core.count(std::move(filter));
  if (!count) co_return count.error();
  json::object out;
  out["activeSessionsCount"] = *count;
  co_return json_response(200, out);
}

/// The path's session, if something can still be done with it.
Task<Result<SharedView>> find_active(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (view && (*view)->state != State::running)
    co_return Error{errc::invalid_argument, "the session is not active"};
  co_return view;
}

Task<Result<net::Response>> extend(const Call& call, Core& core) {
  const auto by = parse_extension(call.request.body);
  if (!by) co_return by.error();
  auto view = co_await find_active(call, core);
  if (!view) co_return view.error();
  auto extended = co_await core.extend((*view)->id, *by);
  if (!extended) co_return extended.error();
  co_return succeeded();
}

Task<Result<net::Response>> update(const Call& call, Core& core) {
  const auto request = parse_update(call.request.body);
  if (!request) co_return request.error();
  auto view = co_await find_active(call, core);
  if (!view) co_return view.error();
  if (request->kind == Update::Kind::screen) {
    auto resized = co_await core.resize((*view)->id, request->screen);
    if (!resized) co_return resized.error();
  }
  if (request->kind == Update::Kind::profile) {
    Profiles* profiles = core.profiles();
    if (profiles == nullptr || !profiles->persist((*view)->id, request->persists))
      co_return Error{errc::invalid_argument, "the session has no profile"};
  }
  if (request->kind != Update::Kind::captchas_off) co_return succeeded();
  json::object out;
  out["success"] = true;
  out["solveCaptchas"] = false;
  out["sessionId"] = (*view)->id;
  co_return json_response(200, out);
}

Task<Result<net::Response>> event_logs(const Call& call, Core& core) {
  const auto filter = parse_event_filter(call.request.target);
  if (!filter) co_return filter.error();
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  auto log = co_await core.log((*view)->id);
  if (!log) co_return log.error();
  json::array all = render_events(**view, *log, *filter);
  const std::size_t total = all.size();
  const std::size_t first = std::min(total, filter->page.offset());
  const std::size_t last = std::min(total, first + static_cast<std::size_t>(filter->page.size));
  json::array some(all.begin() + static_cast<std::ptrdiff_t>(first),
                   all.begin() + static_cast<std::ptrdiff_t>(last));
  co_return json_response(200, render_page("data", std::move(some), total, filter->page));
}

net::Response events_response(std::string events) {
  return net::text_response(200, "application/json; charset=utf-8", std::move(events));
}

/// The recording of the pages as rrweb's events; none is no error.
Task<Result<net::Response>> page_recording(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  auto events = co_await core.dom_events((*view)->id, std::nullopt, {});
  if (!events) co_return events.error();
  co_return events_response(std::move(*events));
}

Task<Result<net::Response>> page_recording_url(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  auto events = co_await core.dom_events((*view)->id, std::nullopt, {});
  if (!events) co_return events.error();
  co_return json_response(200, render_pages(call, core, **view, *events != "[]"));
}

/// The same by a link, which needs no header.
Task<Result<net::Response>> page_recording_file(const Call& call, Core& core) {
  auto id = session_of_token(call, Scope::replay, core.now());
  if (!id) co_return id.error();
  if (*id != call.path["id"]) co_return Error{errc::forbidden, "the token is another session's"};
  auto events = co_await core.dom_events(std::move(*id), std::nullopt, {});
  if (!events) co_return events.error();
  co_return events_response(std::move(*events));
}

Task<Result<net::Response>> video_url(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  auto facts = co_await core.recording((*view)->id);
  if (!facts) co_return facts.error();
  co_return json_response(200, render_video(call, core, **view, *facts));
}

/// Players in web pages send the session's token, alone in the header that others put "Bearer" into.
Result<void> check_player(const Call& call, const Core& core) {
  std::string_view token = call.request.header("authorization");
  if (token.starts_with("Bearer ")) token.remove_prefix(7);
  auto id = call.signer.verify(Scope::cdp, token, core.now());
  if (!id) return id.error();
  if (*id != call.path["id"]) return Error{errc::forbidden, "the token is another session's"};
  return {};
}

Task<Result<net::Response>> video_playlist(const Call& call, Core& core) {
  if (const auto allowed = check_player(call, core); !allowed) co_return allowed.error();
  auto facts = co_await core.recording(std::string(call.path["id"]));
  if (!facts) co_return facts.error();
  if (facts->index.segments.empty())
    co_return Error{errc::not_found, "there is no video of this session yet"};
  const auto link_of = [](std::string_view file) { return "video-segment/" + std::string(file); };
  auto response =
      net::text_response(200, recorder::playlist_type(), recorder::render_playlist(facts->index, link_of));
  response.headers.set("cache-control", "no-store");
  co_return response;
}

Task<Result<net::Response>> video_segment(const Call& call, Core& core) {
  if (const auto allowed = check_player(call, core); !allowed) co_return allowed.error();
  auto path = core.recording_file(call.path["id"], call.path["asset"]);
  if (!path) co_return path.error();
  net::Response response;
  response.headers.set("content-type", std::string(recorder::media_type()));
  response.headers.set("cache-control", "private, max-age=21600, immutable");
  response.file = net::FileBody{std::move(*path)};
  co_return response;
}

/// Nothing here costs anything.
Task<Result<net::Response>> credit_info(const Call&, Core&) {
  constexpr std::int64_t plenty = 1'000'000'000;
  json::object out;
  out["usage"] = 0;
  out["limit"] = plenty;
  out["remaining"] = plenty;
  co_return json_response(200, out);
}

/// Refused at the start, so that whoever would wait for a result fails at once.
Task<Result<net::Response>> needs_model(const Call& call, Core&) {
  co_return render_refusal(
      "llm_unavailable",
      call.request.target.path + " needs a language model, which this server does not provide");
}

Task<Result<net::Response>> no_such_job(const Call&, Core&) {
  co_return Error{errc::not_found, "there is no such job"};
}

bool claims_websocket(const net::Request& request) { return request.target.parameter("token").has_value(); }

/// ?token=, to which clients append &keepAlive=true; or ?apiKey= alone, which makes a session.
Task<Result<CdpTarget>> open_websocket(const Call& call, Core& core) {
  session::SessionSpec fresh;
  fresh.dialect = "hyperbrowser";
  fresh.end_without_pages = true;
  const bool has_key = call.request.target.parameter("apiKey").has_value();
  auto opened = has_key ? open_with_key(call, core, std::move(fresh)) : open_with_token(call, core);
  auto target = co_await std::move(opened);
  if (target) target->options.keeps_session = call.request.target.parameter("keepAlive") == "true";
  co_return target;
}

constexpr Route routes[] = {
    {"POST", "/api/session", create},
    {"GET", "/api/session/{id}", get},
    {"PUT", "/api/session/{id}/stop", stop},
    {"GET", "/api/sessions", list},
    {"GET", "/api/sessions/active-count", active_count},
    {"PUT", "/api/session/{id}/extend-session", extend},
    {"PUT", "/api/session/{id}/update", update},
    {"GET", "/api/session/{id}/event-logs", event_logs},
    {"GET", "/api/session/{id}/recording", page_recording},
    {"GET", "/api/session/{id}/recording-url", page_recording_url},
    {"GET", "/api/session/{id}/recording.json", page_recording_file, Access::any_origin},
    {"GET", "/api/session/{id}/video-recording-url", video_url},
    {"GET", "/api/session/{id}/video-playlist.m3u8", video_playlist, Access::any_origin},
    {"GET", "/api/session/{id}/video-segment/{asset}", video_segment, Access::any_origin},
    {"POST", "/api/profile", create_profile},
    {"POST", "/api/profile/{id}/fork", fork_profile},
    {"GET", "/api/profile/{id}", get_profile},
    {"DELETE", "/api/profile/{id}", delete_profile},
    {"GET", "/api/profiles", list_profiles},
    {"GET", "/api/session/{id}/downloads-url", downloads_link},
    {"POST", "/api/session/{id}/uploads", upload, Access::key, file_route_limit},
    {"GET", "/api/team/credit-info", credit_info},
    {"POST", "/api/extensions/add", add_extension, Access::key, extension_form_limit},
    {"GET", "/api/extensions/list", list_extensions},
    {"GET", "/api/extensions/{id}", get_extension},
    {"DELETE", "/api/extensions/{id}", delete_extension},
    // The rest of the SDK: refused in this provider's shape.
    {"POST", "/api/session/{id}/snapshot", refuse_route},
    {"POST", "/api/session/{id}/captcha/evaluate", refuse_route},
    {"POST", "/computer-action", refuse_route, Access::any_origin},
    {"POST", "/api/volume", refuse_route},
    {"GET", "/api/volume", refuse_route},
    {"GET", "/api/volume/{id}", refuse_route},
    {"DELETE", "/api/volume/{id}", refuse_route},
    {"POST", "/api/scrape", refuse_route},
    {"POST", "/api/scrape/batch", refuse_route},
    {"POST", "/api/crawl", refuse_route},
    {"POST", "/api/web/fetch", refuse_route},
    {"POST", "/api/web/batch-fetch", refuse_route},
    {"POST", "/api/web/crawl", refuse_route},
    {"POST", "/api/web/search", refuse_route},
    {"GET", "/api/scrape/{id}", no_such_job},
    {"GET", "/api/scrape/{id}/status", no_such_job},
    {"GET", "/api/scrape/batch/{id}", no_such_job},
    {"GET", "/api/scrape/batch/{id}/status", no_such_job},
    {"GET", "/api/crawl/{id}", no_such_job},
    {"GET", "/api/crawl/{id}/status", no_such_job},
    {"GET", "/api/extract/{id}", no_such_job},
    {"GET", "/api/extract/{id}/status", no_such_job},
    {"GET", "/api/web/batch-fetch/{id}", no_such_job},
    {"GET", "/api/web/batch-fetch/{id}/status", no_such_job},
    {"GET", "/api/web/crawl/{id}", no_such_job},
    {"GET", "/api/web/crawl/{id}/status", no_such_job},
    {"POST", "/api/extract", needs_model},
    {"POST", "/api/task/{agent}", needs_model},
    {"GET", "/api/task/{agent}/{id}", no_such_job},
    {"GET", "/api/task/{agent}/{id}/status", no_such_job},
    {"PUT", "/api/task/{agent}/{id}/stop", no_such_job},
    {"POST", "/api/sandbox", refuse_route},
    {"GET", "/api/sandbox/{id}", refuse_route},
    {"PUT", "/api/sandbox/{id}/stop", refuse_route},
    {"POST", "/api/sandbox/{id}/snapshot", refuse_route},
    {"POST", "/api/sandbox/{id}/expose", refuse_route},
    {"POST", "/api/sandbox/{id}/unexpose", refuse_route},
    {"PUT", "/api/sandbox/{id}/network", refuse_route},
    {"GET", "/api/sandboxes", refuse_route},
    {"GET", "/api/images", refuse_route},
    {"DELETE", "/api/images/{key}", refuse_route},
    {"GET", "/api/snapshots", refuse_route},
    {"GET", "/api/snapshots/{key}", refuse_route},
    {"DELETE", "/api/snapshots/{key}", refuse_route},
    {"GET", "/api/images/builds", refuse_route},
    {"POST", "/api/images/builds", refuse_route},
    {"GET", "/api/images/builds/{id}", refuse_route},
    {"POST", "/api/images/builds/{id}/complete", refuse_route},
    {"POST", "/api/images/builds/{id}/cancel", refuse_route},
};

constexpr std::string_view environment[] = {
    "export HYPERBROWSER_BASE_URL={url}  # the Python SDK's; the one for Node takes it as baseUrl",
    "export HYPERBROWSER_API_KEY={key}",
};

constexpr std::string_view program[] = {
    "// npm install @hyperbrowser/sdk playwright-core",
    "import { Hyperbrowser } from '@hyperbrowser/sdk';",
    "import { chromium } from 'playwright-core';",
    "",
    "const hb = new Hyperbrowser({ apiKey: process.env.HYPERBROWSER_API_KEY, baseUrl: '{url}' });",
    "const session = await hb.sessions.create();",
    "const browser = await chromium.connectOverCDP(session.wsEndpoint);",
    "const page = browser.contexts()[0].pages()[0];",
    "await page.goto('{url}/');",
    "console.log(await page.title());",
    "await hb.sessions.stop(session.id);",
};
}  // namespace

const Dialect& dialect() {
  static const Dialect dialect{
      .name = "hyperbrowser",
      .mount = "/hyperbrowser",
      .key_header = "x-api-key",
      .token_parameter = "token",
      .routes = routes,
      .error = render_error,
      .claims_websocket = claims_websocket,
      .open_websocket = open_websocket,
      .welcome = {environment, "first-hyperbrowser.mjs", program},
  };
  return dialect;
}

}  // namespace greenroom::api::hyperbrowser
