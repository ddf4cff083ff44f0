#include "api/stagehand/dialect.hpp"

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/devtools.hpp"
#include "api/recording_wishes.hpp"
#include "api/stagehand/actions.hpp"
#include "api/stagehand/launch.hpp"
#include "api/stagehand/model.hpp"
#include "api/stagehand/parse.hpp"
#include "api/stagehand/render.hpp"
#include "api/stagehand/replay.hpp"

namespace greenroom::api::stagehand {

using base::errc;
using base::Error;
using session::State;

namespace {
using Kind = StartRequest::Kind;

/// A session that its caller may use.
Task<Result<SharedView>> find_usable(const Call& call, Core& core, std::string id) {
  auto view = co_await core.find(std::move(id));
  if (!view) co_return view.error();
  if ((*view)->project_id != call.project_id) co_return Error{errc::not_found, "session"};
  if ((*view)->state == State::ended) co_return Error{errc::gone, "the session has ended"};
  core.touch((*view)->id);
  co_return view;
}

/// The session that a CDP address of ours opens. Another browser's address is none that this daemon drives.
Task<Result<SharedView>> find_addressed(const Call& call, Core& core, const std::string& url) {
  const Error foreign{
      errc::unsupported,
      "cdpUrl must be the CDP address of a session of this server: other browsers are not driven"};
  const std::size_t scheme = url.find("://");
  const std::size_t path = scheme == url.npos ? url.npos : url.find('/', scheme + 3);
  if (path == url.npos) co_return foreign;
  const net::Target target = net::Target::parse(std::string_view(url).substr(path));
  const auto token = token_of(target);
  if (!token) co_return foreign;
  auto id = call.signer.verify(Scope::cdp, *token, core.now());
  if (!id) co_return foreign;
  co_return co_await find_usable(call, core, std::move(*id));
}

Task<Result<net::Response>> start(const Call& call, Core& core) {
  auto request = parse_start(call.request, call.project_id);
  if (!request) co_return request.error();
  const bool is_fresh = request->kind == Kind::fresh;
  if (auto whole = complete_spec(call, request->spec); !whole) co_return whole.error();
  Result<SharedView> view = Error{};
  if (is_fresh)
    view = co_await core.create(std::move(request->spec));
  else if (request->kind == Kind::known)
    view = co_await find_usable(call, core, request->session_id);
  else
    view = co_await find_addressed(call, core, request->cdp_url);
  if (!view) co_return view.error();
  json::object data;
  data["sessionId"] = (*view)->id;
  data["available"] = true;
  if (request->kind == Kind::addressed)
    data["cdpUrl"] = request->cdp_url;
  else
    data["cdpUrl"] = browser_socket_url(call, **view);
  net::Response response = with_ignored(success(std::move(data)), request->ignored);
  if (is_fresh) co_return created(core, **view, std::move(response));
  co_return response;
}

Task<Result<net::Response>> end(const Call& call, Core& core) {
  if (auto checked = check_empty(call.request.body); !checked) co_return checked.error();
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  // To this API a session that has ended is one that never was.
  if ((*view)->state == State::ended) co_return Error{errc::not_found, "session"};
  auto ended = co_await core.end((*view)->id, session::EndReason::requested);
  if (!ended) co_return ended.error();
  json::object body;
  body["success"] = true;
  co_return json_response(200, body);
}

Task<Result<net::Response>> replay(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  auto history = co_await core.timeline((*view)->id, LogQuery());
  if (!history) co_return history.error();
  co_return success(render_replay(*history, **view));
}

Task<Result<net::Response>> health(const Call&, Core&) {
  co_return net::text_response(200, "text/plain", "OK");
}

Task<Result<net::Response>> ready(const Call&, Core& core) {
  if (!core.is_ready()) co_return net::text_response(503, "text/plain", "Not ready");
  co_return net::text_response(200, "text/plain", "Ready");
}

constexpr Route routes[] = {
    {"POST", "/v1/sessions/start", start},
    {"POST", "/v1/sessions/{id}/navigate", navigate},
    {"POST", "/v1/sessions/{id}/act", act},
    {"POST", "/v1/sessions/{id}/observe", observe},
    {"POST", "/v1/sessions/{id}/extract", extract},
    {"POST", "/v1/sessions/{id}/agentExecute", agent_execute},
    {"POST", "/v1/sessions/{id}/end", end},
    {"GET", "/v1/sessions/{id}/replay", replay},
    {"GET", "/health", health, Access::open},
    {"GET", "/healthz", health, Access::open},
    {"GET", "/readyz", ready, Access::open},
    // Of version 4, which does the rest by an extension in the session's browser.
    {"POST", "/v1/llm/responses", ask_model},
    {"POST", "/v1/cache/get", get_cached},
    {"POST", "/v1/cache/set", set_cached},
};

constexpr std::string_view environment[] = {
    "export STAGEHAND_API_URL={url}",
    "export BROWSERBASE_BASE_URL={url}",
    "export BROWSERBASE_API_KEY={key}",
};

constexpr std::string_view program[] = {
    "// npm install @browserbasehq/stagehand",
    "import { Stagehand } from '@browserbasehq/stagehand';",
    "",
    "const stagehand = new Stagehand({ env: 'BROWSERBASE', model: 'openai/gpt-4.1' });",
    "await stagehand.init();",
    "const page = stagehand.context.pages()[0];",
    "await page.goto('{url}/');",
    "console.log((await stagehand.extract()).pageText);",
    "await stagehand.close();",
};
}  // namespace

const Dialect& dialect() {
  static const Dialect dialect{
      .name = "stagehand",
      .mount = "/stagehand",
      .key_header = "x-bb-api-key",
      .token_parameter = "token",
      .routes = routes,
      .error = render_error,
      .claims_websocket = nullptr,
      .open_websocket = nullptr,
      .welcome = {environment, "first-stagehand.mjs", program},
  };
  return dialect;
}

}  // namespace greenroom::api::stagehand
