#include "api/steel.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/extension_forms.hpp"
#include "api/live.hpp"
#include "api/proxy_fields.hpp"
#include "api/recording_wishes.hpp"
#include "api/replay.hpp"
#include "api/steel_parse.hpp"
#include "base/time_format.hpp"

namespace greenroom::api::steel {

using base::errc;
using base::Error;
using session::EndReason;
using session::Outcome;
using session::State;

namespace {
std::string_view status_of(const session::SessionView& view) {
  if (view.state != State::ended) return "live";
  const Outcome outcome = session::outcome_of(view.end_reason.value_or(EndReason::requested));
  return outcome == Outcome::failed ? "failed" : "released";
}

json::object render(const Call& call, const Core& core, const session::SessionView& view) {
  const LiveLink link{view.expires_at, is_interactive(view) ? Scope::control : Scope::view};
  json::object out;
  if (view.dialect == "steel" && view.echo) out = *view.echo;
  out["id"] = view.id;
  out["createdAt"] = base::to_rfc3339(view.created_at);
  out["creditsUsed"] = 0;
  out["debugUrl"] = live_url(call, view, link);
  out["dimensions"] = {{"width", view.viewport.width}, {"height", view.viewport.height}};
  out["duration"] = std::max<std::int64_t>(0, (view.ended_at.value_or(core.now()) - view.started_at).count());
  out["eventCount"] = 0;
  out["optimizeBandwidth"] = json::object();
  out["proxyBytesUsed"] = view.proxy_bytes;
  out["proxySource"] = nullptr;
  out["sessionViewerUrl"] = watch_url(call, core, view.id);
  out["status"] = status_of(view);
  out["timeout"] = (view.expires_at - view.started_at).count();
  // Programs add "?apiKey=…&sessionId=…" to the host instead; that works, too.
  out["websocketUrl"] = websocket_url_of(call.base_url) + "/steel/?token=" + cdp_token(call, view);
  out["headless"] = view.headless;
  out["isSelenium"] = false;
  out["solveCaptcha"] = false;
  return out;
}

net::Response render_error(const Error& error) {
  const unsigned status = http_status(error.code);
  json::object body;
  body["statusCode"] = status;
  body["error"] = net::reason_phrase(status);
  body["message"] = full_words_of(error);
  net::Response response = json_response(status, body);
  // The SDK repeats 408, 409, 429 and every 5xx unless it is told not to.
  if (status == 409 || status == 501 || status == 507) response.headers.set("x-should-retry", "false");
  if (status == 429) response.headers.set("retry-after", "1");
  return response;
}

json::object released(std::string message) {
  json::object out;
  out["success"] = true;
  out["message"] = std::move(message);
  return out;
}

Task<Result<net::Response>> create(const Call& call, Core& core) {
  auto request = parse_create(call.request.body);
  if (!request) co_return request.error();
  request->spec.project_id = call.project_id;
  if (auto whole = complete_spec(call, request->spec); !whole) co_return whole.error();
  if (wants_provided_proxy(request->spec.network) && !core.options().provides_proxy)
    request->ignored.insert(request->ignored.begin(), "useProxy");
  auto view = co_await core.create(std::move(request->spec));
  if (!view) co_return view.error();
  net::Response response = json_response(201, render(call, core, **view));
  co_return created(core, **view, with_ignored(std::move(response), request->ignored));
}

Task<Result<net::Response>> get(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  co_return json_response(200, render(call, core, **view));
}

Task<Result<net::Response>> list(const Call& call, Core& core) {
  auto filter = parse_list(call.request.target);
  if (!filter) co_return filter.error();
  filter->project_id = call.project_id;
  auto views = co_await core.list(*filter);
  if (!views) co_return views.error();
  auto total = co_await core.count(*filter);
  if (!total) co_return total.error();
  const bool has_next = views->size() == filter->limit;
  if (has_next) views->pop_back();
  json::array items;
  for (const SharedView& view : *views) items.push_back(render(call, core, *view));
  json::object out;
  out["sessions"] = std::move(items);
  out["nextCursor"] = has_next ? json::value(views->back()->id) : json::value();
  out["totalCount"] = *total;
  co_return json_response(200, out);
}

Task<Result<net::Response>> release(const Call& call, Core& core) {
  auto owned = co_await find_owned(call, core);
  if (!owned) co_return owned.error();
  auto view = co_await core.end((*owned)->id, EndReason::requested);
  if (!view) co_return view.error();
  co_return json_response(200, released("Session released"));
}

Task<Result<net::Response>> release_all(const Call& call, Core& core) {
  session::ListFilter filter;
  filter.project_id = call.project_id;
  filter.live = true;
  auto views = co_await core.list(std::move(filter));
  if (!views) co_return views.error();
  for (const SharedView& live : *views) {
    auto view = co_await core.end(live->id, EndReason::requested);
    if (!view) co_return view.error();
  }
  co_return json_response(200, released(std::to_string(views->size()) + " sessions released"));
}

/// By a link that we made, or ?apiKey=, with &sessionId= or without.
Task<Result<CdpTarget>> open_websocket(const Call& call, Core& core) {
  if (!call.request.target.parameter("apiKey")) co_return co_await open_with_token(call, core);
  auto fresh = parse_create("");  // as if it had been made by a request without wishes
  if (!fresh) co_return fresh.error();
  co_return co_await open_with_key(call, core, std::move(fresh->spec));
}

json::object render_extension(const Extension& extension) {
  json::object out;
  out["id"] = extension.id;
  out["name"] = extension.name;
  out["createdAt"] = base::to_rfc3339(extension.created_at);
  out["updatedAt"] = base::to_rfc3339(extension.updated_at);
  return out;
}

Task<Result<net::Response>> upload_extension(const Call& call, Core& core) {
  if (core.extensions() == nullptr) co_return co_await refuse_route(call, core);
  auto made = co_await receive_extension(call, *core.extensions());
  if (!made) co_return made.error();
  co_return json_response(200, render_extension(*made));
}

Task<Result<net::Response>> update_extension(const Call& call, Core& core) {
  if (core.extensions() == nullptr) co_return co_await refuse_route(call, core);
  auto made = co_await receive_extension_anew(call, *core.extensions());
  if (!made) co_return made.error();
  co_return json_response(200, render_extension(*made));
}

Task<Result<net::Response>> list_extensions(const Call& call, Core& core) {
  if (core.extensions() == nullptr) co_return co_await refuse_route(call, core);
  auto all = co_await core.extensions()->list(call.project_id);
  if (!all) co_return all.error();
  json::object out;
  out["count"] = all->size();
  json::array items;
  for (const Extension& extension : *all) items.push_back(render_extension(extension));
  out["extensions"] = std::move(items);
  co_return json_response(200, out);
}

/// One, or all of the project's when the path names none.
Task<Result<net::Response>> delete_extensions(const Call& call, Core& core) {
  if (core.extensions() == nullptr) co_return co_await refuse_route(call, core);
  std::vector<std::string> ids{std::string(call.path["id"])};
  if (ids.front().empty()) {
    auto all = co_await core.extensions()->list(call.project_id);
    if (!all) co_return all.error();
    ids.clear();
    for (const Extension& extension : *all) ids.push_back(extension.id);
  }
  for (std::string& id : ids) {
    auto removed = co_await core.extensions()->remove(call.project_id, std::move(id));
    if (!removed && ids.size() == 1) co_return removed.error();
  }
  json::object out;
  out["message"] = ids.size() == 1 ? "Extension deleted" : "Extensions deleted";
  co_return json_response(200, out);
}

constexpr Route routes[] = {
    {"POST", "/v1/sessions", create},
    {"GET", "/v1/sessions", list},
    {"GET", "/v1/sessions/{id}", get},
    {"POST", "/v1/sessions/{id}/release", release},
    {"POST", "/v1/sessions/release", release_all},
    // The rest of the SDK: refused in this provider's shape, once, without repeats.
    {"GET", "/v1/sessions/{id}/context", refuse_route},
    {"GET", "/v1/sessions/{id}/events", refuse_route},
    {"GET", "/v1/sessions/{id}/live-details", refuse_route},
    {"POST", "/v1/sessions/{id}/computer", refuse_route},
    {"GET", "/v1/sessions/{id}/captchas/status", refuse_route},
    {"POST", "/v1/sessions/{id}/captchas/solve", refuse_route},
    {"POST", "/v1/sessions/{id}/captchas/solve-image", refuse_route},
    {"GET", "/v1/sessions/{id}/files", refuse_route},
    {"POST", "/v1/sessions/{id}/files", refuse_route},
    {"DELETE", "/v1/sessions/{id}/files", refuse_route},
    {"GET", "/v1/sessions/{id}/files.zip", refuse_route},
    {"GET", "/v1/sessions/{id}/files/{path}", refuse_route},
    {"DELETE", "/v1/sessions/{id}/files/{path}", refuse_route},
    {"GET", "/v1/files", refuse_route},
    {"POST", "/v1/files", refuse_route},
    {"GET", "/v1/files/{path}", refuse_route},
    {"DELETE", "/v1/files/{path}", refuse_route},
    {"POST", "/v1/scrape", refuse_route},
    {"POST", "/v1/screenshot", refuse_route},
    {"POST", "/v1/pdf", refuse_route},
    {"GET", "/v1/credentials", refuse_route},
    {"POST", "/v1/credentials", refuse_route},
    {"PUT", "/v1/credentials", refuse_route},
    {"DELETE", "/v1/credentials", refuse_route},
    {"GET", "/v1/extensions", list_extensions},
    {"POST", "/v1/extensions", upload_extension, Access::key, extension_form_limit},
    {"DELETE", "/v1/extensions", delete_extensions},
    {"GET", "/v1/extensions/{id}", refuse_route},
    {"PUT", "/v1/extensions/{id}", update_extension, Access::key, extension_form_limit},
    {"DELETE", "/v1/extensions/{id}", delete_extensions},
    {"GET", "/v1/profiles", refuse_route},
    {"POST", "/v1/profiles", refuse_route},
    {"GET", "/v1/profiles/{id}", refuse_route},
    {"PATCH", "/v1/profiles/{id}", refuse_route},
};

constexpr std::string_view environment[] = {
    "export STEEL_BASE_URL={url}",
    "export STEEL_API_KEY={key}",
};

constexpr std::string_view program[] = {
    "// npm install steel-sdk playwright-core",
    "import Steel from 'steel-sdk';",
    "import { chromium } from 'playwright-core';",
    "",
    "const steel = new Steel();",
    "const session = await steel.sessions.create();",
    "const browser = await chromium.connectOverCDP(session.websocketUrl);",
    "const page = browser.contexts()[0].pages()[0];",
    "await page.goto('{url}/');",
    "console.log(await page.title());",
    "await steel.sessions.release(session.id);",
};
}  // namespace

const Dialect& dialect() {
  static const Dialect dialect{
      .name = "steel",
      .mount = "/steel",
      .key_header = "steel-api-key",
      .token_parameter = "token",
      .routes = routes,
      .error = render_error,
      .claims_websocket = nullptr,
      .open_websocket = open_websocket,
      .welcome = {environment, "first-steel.mjs", program},
  };
  return dialect;
}

}  // namespace greenroom::api::steel
