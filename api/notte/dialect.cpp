#include "api/notte/dialect.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/live.hpp"
#include "api/notte/files.hpp"
#include "api/notte/parse.hpp"
#include "api/notte/profiles.hpp"
#include "api/notte/render.hpp"
#include "api/profile_answers.hpp"
#include "api/proxy_fields.hpp"
#include "api/recording_wishes.hpp"

namespace greenroom::api::notte {

using base::errc;
using base::Error;
using session::RecordingState;
using session::State;

namespace {
Task<Result<net::Response>> start(const Call& call, Core& core) {
  auto request = parse_start(call.request.body);
  if (!request) co_return request.error();
  request->spec.project_id = call.project_id;
  if (auto whole = complete_spec(call, request->spec); !whole) co_return whole.error();
  if (request->spec.profile) request->spec.profile->id = own_profile_id(request->spec.profile->id);
  auto settled = co_await settle_profile(call, core, request->spec, "profile", no_profile);
  if (!settled && settled.error().code == errc::unsupported)
    co_return Error{errc::invalid_argument, "body/" + settled.error().detail};
  if (!settled) co_return settled.error();
  // Without a proxy of the operator's it is the machine's own connection.
  if (wants_provided_proxy(request->spec.network) && !core.options().provides_proxy) {
    request->ignored.push_back("proxies");
    (*request->spec.echo)["proxies"] = false;
  }
  auto view = co_await core.create(std::move(request->spec));
  if (!view) co_return view.error();
  net::Response response = json_response(200, render_session(call, core, **view));
  co_return created(core, **view, with_ignored(std::move(response), request->ignored));
}

Task<Result<net::Response>> status(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  co_return json_response(200, render_session(call, core, **view));
}

Task<Result<net::Response>> stop(const Call& call, Core& core) {
  auto owned = co_await find_owned(call, core);
  if (!owned) co_return owned.error();
  auto view = co_await core.end((*owned)->id, session::EndReason::requested);
  if (!view) co_return view.error();
  co_return json_response(200, render_stopped(call, core, **view));
}

Task<Result<net::Response>> list(const Call& call, Core& core) {
  auto request = parse_list(call.request.target);
  if (!request) co_return request.error();
  request->filter.project_id = call.project_id;
  auto views = co_await core.list(request->filter);
  if (!views) co_return views.error();
  const auto size = static_cast<std::size_t>(request->page_size);
  json::array items;
  for (std::size_t i = 0; i < std::min(size, views->size()); ++i)
    items.push_back(render_session(call, core, *(*views)[i]));
  json::object out;
  out["items"] = std::move(items);
  out["page"] = request->page;
  out["page_size"] = request->page_size;
  out["has_next"] = views->size() > size;
  out["has_previous"] = request->page > 1;
  co_return json_response(200, out);
}

/// A running session of the path, which counts as used unless the query says not.
Task<Result<SharedView>> find_running(const Call& call, Core& core) {
  const auto touches = parse_flag(call.request.target, "update_metadata", true);
  if (!touches) co_return touches.error();
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  if ((*view)->state != State::running) co_return Error{errc::gone, "the session has ended"};
  if (*touches) core.touch((*view)->id);
  co_return view;
}

Task<Result<net::Response>> debug(const Call& call, Core& core) {
  auto view = co_await find_running(call, core);
  if (!view) co_return view.error();
  auto targets = co_await core.targets((*view)->id);
  if (!targets) co_return targets.error();
  co_return json_response(200, render_debug(call, **view, *targets));
}

Task<Result<net::Response>> debug_tab(const Call& call, Core& core) {
  auto view = co_await find_running(call, core);
  if (!view) co_return view.error();
  auto targets = co_await core.targets((*view)->id);
  if (!targets) co_return targets.error();
  const std::vector<cdp::TargetInfo> tabs = tabs_of(*targets);
  const auto index = whole_parameter(call.request.target, "tab_idx", 0, -1, 100'000);
  if (!index) co_return index.error();
  // -1 is the last one.
  const std::size_t wanted = *index < 0 ? tabs.size() - 1 : static_cast<std::size_t>(*index);
  if (wanted >= tabs.size()) co_return Error{errc::not_found, "there is no such tab"};
  co_return json_response(200, render_tab(call, **view, tabs[wanted], wanted));
}

/// Nothing is observed or executed through this API yet, so there is no step to count.
Task<Result<net::Response>> offset(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  json::object out;
  out["offset"] = 0;
  co_return json_response(200, out);
}

Task<Result<net::Response>> get_cookies(const Call& call, Core& core) {
  auto view = co_await find_running(call, core);
  if (!view) co_return view.error();
  auto cookies = co_await core.cookies((*view)->id);
  if (!cookies) co_return cookies.error();
  json::array list;
  for (const session::Cookie& cookie : *cookies) list.push_back(render_cookie(cookie));
  json::object out;
  out["cookies"] = std::move(list);
  co_return json_response(200, out);
}

/// The browser takes all or none and does not say which one it did not like: then each is tried alone.
Task<Result<net::Response>> set_cookies(const Call& call, Core& core) {
  auto cookies = parse_cookies(call.request.body);
  if (!cookies) co_return cookies.error();
  auto view = co_await find_running(call, core);
  if (!view) co_return view.error();
  auto set = co_await core.set_cookies((*view)->id, *cookies);
  const bool refused = !set && set.error().code == errc::invalid_argument;
  for (std::size_t i = 0; refused && i < cookies->size(); ++i) {
    std::vector<session::Cookie> one{(*cookies)[i]};
    auto taken = co_await core.set_cookies((*view)->id, std::move(one));
    if (taken || taken.error().code != errc::invalid_argument) continue;
    co_return Error{errc::invalid_argument,
                    "body/cookies/" + std::to_string(i) + " must be a cookie that the browser takes"};
  }
  if (!set) co_return set.error();
  json::object out;
  out["success"] = true;
  out["message"] = std::to_string(cookies->size()) + " cookies set";
  co_return json_response(200, out);
}

Task<Result<net::Response>> replay(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  if ((*view)->state != State::ended)
    co_return render_no_replay(404, **view, "waiting_for_session", true,
                               "the session is still active: stop it first");
  // Two of its clients do not ask a second time, so the answer waits as long as a recording usually takes.
  constexpr int patience = 4;  // times what the core waits
  auto facts = co_await core.recording((*view)->id);
  for (int i = 1; i < patience && facts && facts->state == RecordingState::finalizing; ++i) {
    auto again = co_await core.recording((*view)->id);
    facts = std::move(again);
  }
  if (!facts) co_return facts.error();
  if (facts->state == RecordingState::finalizing || facts->state == RecordingState::recording)
    co_return render_no_replay(404, **view, "processing", true, "the replay is being processed");
  if (!facts->index.segments.empty())
    co_return json_response(200, render_replay(call, core, **view, facts->index));
  // Python would ask again for four minutes whatever the body says, unless the status is another one.
  const bool polls = call.request.header("x-notte-request-origin") == "sdk-python";
  if (facts->state == RecordingState::failed)
    co_return render_no_replay(polls ? 410u : 404u, **view, "failed", false,
                               "the recording failed: " + facts->error);
  co_return render_no_replay(410, **view, "unavailable", false, "nothing was recorded of this session");
}

Task<Result<net::Response>> screenshot(const Call& call, Core& core) {
  auto view = co_await find_running(call, core);
  if (!view) co_return view.error();
  auto picture = co_await core.picture((*view)->id);
  if (!picture) co_return picture.error();
  co_return net::text_response(200, "image/jpeg", std::move(*picture));
}

/// The session of a socket: by a link that we made, or by the API key, which clients put there themselves.
Task<Result<SharedView>> find_for_socket(const Call& call, Core& core, Scope scope) {
  const std::string token = call.request.target.parameter("token").value_or("");
  const bool is_key = call.keys.find(token) != nullptr;
  auto search = is_key ? find_owned_by_key(call, core, token) : live_session_of(call, core, scope, token);
  auto view = co_await std::move(search);
  if (!view) co_return view.error();
  if ((*view)->id != call.path["id"]) co_return Error{errc::forbidden, "the token is another session's"};
  if ((*view)->state == State::ended) co_return Error{errc::gone, "the session has ended"};
  if (!call.request.wants_websocket) co_return Error{errc::invalid_argument, "this address is a websocket's"};
  co_return view;
}

Task<Result<net::Response>> cdp_socket(const Call& call, Core& core) {
  auto view = co_await find_for_socket(call, core, Scope::cdp);
  if (!view) co_return view.error();
  CdpTarget target;
  target.session_id = (*view)->id;
  co_return cdp_response(call.request, core, std::move(target));
}

Task<Result<net::Response>> picture_socket(const Call& call, Core& core) {
  auto view = co_await find_for_socket(call, core, Scope::view);
  if (!view) co_return view.error();
  co_return pictures_response(core, (*view)->id);
}

json::object health_body(const Core& core) {
  json::object out;
  out["status"] = core.is_ready() ? "ok" : "draining";
  out["version"] = "1.4.40";  // of the API that this dialect speaks
  out["description"] = "Greenroom";
  return out;
}

Task<Result<net::Response>> health(const Call&, Core& core) {
  co_return json_response(200, health_body(core));
}

Task<Result<net::Response>> ready(const Call&, Core& core) {
  co_return json_response(core.is_ready() ? 200u : 503u, health_body(core));
}

constexpr Route served_routes[] = {
    {"POST", "/sessions/start", start},
    {"GET", "/sessions", list},
    {"GET", "/sessions/{id}", status},
    {"DELETE", "/sessions/{id}/stop", stop},
    {"GET", "/sessions/{id}/replay", replay},
    {"GET", "/sessions/{id}/debug", debug},
    {"GET", "/sessions/{id}/debug/tab", debug_tab},
    {"GET", "/sessions/{id}/offset", offset},
    {"GET", "/sessions/{id}/cookies", get_cookies},
    {"POST", "/sessions/{id}/cookies", set_cookies},
    {"POST", "/sessions/{id}/page/screenshot", screenshot},
    {"GET", "/sessions/{id}/cdp", cdp_socket, Access::open},
    {"GET", "/sessions/{id}/debug/recording", picture_socket, Access::open},
    {"GET", "/profiles", list_profiles},
    {"POST", "/profiles/create", create_profile},
    {"GET", "/profiles/{id}", get_profile},
    {"DELETE", "/profiles/{id}", delete_profile},
    {"GET", "/profiles/{id}/cookies", get_profile_cookies},
    {"POST", "/profiles/{id}/cookies", set_profile_cookies},
    {"POST", "/profiles/{id}/duplicate", duplicate_profile},
    {"GET", "/health", health, Access::open},
    {"GET", "/ready", ready, Access::open},
};

struct Refused {
  std::string_view methods;  // blanks between
  std::string_view pattern;
};

// The rest of both generations of the API.
constexpr Refused refused_routes[] = {
    {"GET", "/sessions/{id}/debug/logs"},
    {"GET", "/sessions/{id}/network/logs"},
    {"GET", "/sessions/{id}/workflow/code"},
    {"POST", "/sessions/{id}/page/observe"},
    {"POST", "/sessions/{id}/page/execute"},
    {"POST", "/sessions/{id}/page/scrape"},
    {"GET", "/sessions/{id}/auth"},
    {"GET", "/sessions/{id}/profile-preview"},
    {"POST", "/sessions/{id}/payments"},
    {"POST", "/scrape"},
    {"POST", "/scrape_from_html"},
    {"GET", "/vaults"},
    {"POST", "/vaults/create"},
    {"GET PATCH DELETE", "/vaults/{id}"},
    {"GET POST DELETE", "/vaults/{id}/credentials"},
    {"GET POST DELETE", "/vaults/{id}/card"},
    {"GET", "/personas"},
    {"POST", "/personas/create"},
    {"GET PATCH DELETE", "/personas/{id}"},
    {"GET", "/personas/{id}/emails"},
    {"GET", "/personas/{id}/sms"},
    {"POST DELETE", "/personas/{id}/sms/number"},
    {"GET", "/agents"},
    {"POST", "/agents/start"},
    {"POST", "/agents/start/custom"},
    {"GET", "/agents/{id}"},
    {"DELETE", "/agents/{id}/stop"},
    {"GET", "/agents/{id}/workflow/code"},
    {"GET", "/agents/{id}/replay"},
    {"GET", "/agents/{id}/debug/logs"},
    {"GET POST", "/functions"},
    {"GET", "/functions/health"},
    {"GET POST PATCH DELETE", "/functions/{id}"},
    {"POST", "/functions/{id}/fork"},
    {"POST", "/functions/{id}/rollback"},
    {"POST DELETE", "/functions/{id}/schedule"},
    {"GET", "/functions/{id}/runs"},
    {"POST", "/functions/{id}/runs/create"},
    {"POST", "/functions/{id}/runs/start"},
    {"GET POST PATCH DELETE", "/functions/{id}/runs/{run}"},
    {"GET POST", "/secrets"},
    {"GET DELETE", "/secrets/{name}"},
    {"GET", "/usage"},
    {"GET", "/usage/logs"},
    {"POST", "/search"},
    {"POST", "/anything/start"},
    {"POST", "/prompts/improve"},
    {"POST", "/prompts/nudge"},
    {"POST", "/managed-auth/connections/{id}/check"},
};

std::span<const Route> routes() {
  static const std::vector<Route> all = [] {
    std::vector<Route> list(std::begin(served_routes), std::end(served_routes));
    list.insert(list.end(), file_routes().begin(), file_routes().end());
    for (const Refused& refused : refused_routes) {
      std::string_view rest = refused.methods;
      while (!rest.empty()) {
        const std::string_view method = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(rest.size(), method.size() + 1));
        // Sockets carry their key in the address, so a refusal of one does not ask for it.
        const bool is_socket = refused.pattern.ends_with("/debug/logs");
        list.push_back({method, refused.pattern, refuse_route, is_socket ? Access::open : Access::key, {}});
      }
    }
    return list;
  }();
  return all;
}

constexpr std::string_view environment[] = {
    "export NOTTE_API_URL={url}",
    "export NOTTE_API_KEY={key}",
};

constexpr std::string_view program[] = {
    "// npm install notte-sdk playwright-core",
    "import { NotteClient } from 'notte-sdk';",
    "import { chromium } from 'playwright-core';",
    "",
    "const session = new NotteClient({ baseUrl: '{url}', apiKey: process.env.NOTTE_API_KEY }).Session();",
    "await session.start();",
    "const browser = await chromium.connectOverCDP((await session.status()).cdp_url);",
    "const page = browser.contexts()[0].pages()[0];",
    "await page.goto('{url}/');",
    "console.log(await page.title());",
    "await session.stop();",
};
}  // namespace

const Dialect& dialect() {
  static const Dialect dialect{
      .name = "notte",
      .mount = "/notte",
      .key_header = "authorization",
      .token_parameter = "token",
      .routes = routes(),
      .error = render_error,
      .claims_websocket = nullptr,
      .open_websocket = nullptr,
      .welcome = {environment, "first-notte.mjs", program},
  };
  return dialect;
}

}  // namespace greenroom::api::notte
