// The daemon's own routes: health, metrics, its pages, and what the command line asks.
#include <array>

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/assets.hpp"
#include "api/devtools.hpp"
#include "api/file_answers.hpp"
#include "api/live.hpp"
#include "api/profile_answers.hpp"
#include "api/recording.hpp"
#include "api/replay.hpp"
#include "api/timeline.hpp"
#include "api/web_driver.hpp"
#include "base/time_format.hpp"

namespace greenroom::api {

using base::errc;
using base::Error;

namespace {
constexpr std::chrono::seconds longest_extension{31'536'000};

net::Response error(const Error& error) {
  json::object body;
  body["error"] = base::name(error.code);
  body["message"] = error.message();
  return json_response(http_status(error.code), body);
}

json::object render(const Call& call, const Core& core, const session::SessionView& view) {
  json::object out;
  out["id"] = view.id;
  out["state"] = session::word(view.state);
  if (view.end_reason) out["endReason"] = session::word(*view.end_reason);
  out["dialect"] = view.dialect;
  out["projectId"] = view.project_id;
  out["createdAt"] = base::to_rfc3339(view.created_at);
  out["expiresAt"] = base::to_rfc3339(view.expires_at);
  if (view.ended_at) out["endedAt"] = base::to_rfc3339(*view.ended_at);
  out["keepAlive"] = view.keep_alive;
  out["headless"] = view.headless;
  out["viewport"] = {{"width", view.viewport.width}, {"height", view.viewport.height}};
  if (view.user_metadata) out["userMetadata"] = *view.user_metadata;
  if (view.cpu.count() > 0) {
    out["cpuMilliseconds"] = view.cpu.count();
    out["memoryBytes"] = view.memory.count;
  }
  out["recording"] = session::word(view.recording);
  if (!view.recording_error.empty()) out["recordingError"] = view.recording_error;
  const LiveLink live{view.expires_at};
  if (view.state == session::State::running) out["liveUrl"] = live_url(call, view, live);
  if (view.recorded) out["watchUrl"] = watch_url(call, core, view.id);
  return out;
}

/// Times on the wall's clock, as people read them.
json::object render_deadlines(const session::Deadlines& deadlines, base::WallTime now) {
  json::object out;
  const auto set = [&](std::string_view name, const std::optional<base::SteadyTime>& deadline) {
    if (!deadline) return;
    const auto left =
        std::chrono::duration_cast<base::Milliseconds>(*deadline - std::chrono::steady_clock::now());
    out[name] = base::to_rfc3339(now + left);
  };
  set("maxDuration", deadlines.max_duration);
  set("disconnect", deadlines.disconnect);
  set("idle", deadlines.idle);
  return out;
}

std::string filled(std::string_view line, std::string_view base_url) {
  std::string out(line);
  for (const auto& [name, value] : {std::pair<std::string_view, std::string_view>{"{url}", base_url},
                                    std::pair<std::string_view, std::string_view>{"{key}", "<your key>"}})
    for (std::size_t at = out.find(name); at != std::string::npos; at = out.find(name, at + value.size()))
      out.replace(at, name.size(), value);
  return out;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

void write_block(std::string& out, std::span<const std::string_view> lines, std::string_view base_url) {
  out += "<pre>";
  for (const std::string_view line : lines) out += escaped(filled(line, base_url)) + "\n";
  out += "</pre>\n";
}

Task<Result<net::Response>> home(const Call& call, Core&) {
  std::string programs = "<h2>2. Point a program here and run it</h2>\n";
  for (const Dialect* dialect : all_dialects()) {
    programs += "<h3>" + std::string(dialect->name) + "</h3>\n";
    write_block(programs, dialect->welcome.environment, call.base_url);
    programs += "<p>Save this as <code>" + std::string(dialect->welcome.program_name) +
                "</code> and start it with <code>node</code>.</p>\n";
    write_block(programs, dialect->welcome.program, call.base_url);
  }
  net::Response response = page_response(asset("home.html"));
  constexpr std::string_view mark = "<!-- programs -->";
  response.body.replace(response.body.find(mark), mark.size(), programs);
  co_return response;
}

Task<Result<net::Response>> asset_file(const Call& call, Core&) {
  const Asset& found = asset(call.path["name"]);
  if (found.name.empty() || found.content_type.starts_with("text/html"))
    co_return Error{errc::not_found, "asset"};
  auto response = net::text_response(200, found.content_type, std::string(found.content));
  response.headers.set("x-content-type-options", "nosniff");
  co_return response;
}

Task<Result<net::Response>> healthz(const Call&, Core&) {
  co_return net::text_response(200, "text/plain", "ok\n");
}

Task<Result<net::Response>> readyz(const Call&, Core& core) {
  if (!core.is_ready()) co_return net::text_response(503, "text/plain", "draining\n");
  co_return net::text_response(200, "text/plain", "ready\n");
}

Task<Result<net::Response>> metrics(const Call&, Core& core) {
  co_return net::text_response(200, "text/plain; version=0.0.4; charset=utf-8", core.metrics());
}

Task<Result<net::Response>> list(const Call& call, Core& core) {
  session::ListFilter filter;
  filter.project_id = call.project_id;
  auto views = co_await core.list(filter);
  if (!views) co_return views.error();
  json::array out;
  for (const SharedView& view : *views) out.push_back(render(call, core, *view));
  co_return json_response(200, out);
}

Task<Result<net::Response>> show(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  json::object out = render(call, core, **view);
  out["deadlines"] = render_deadlines(core.deadlines((*view)->id), core.now());
  co_return json_response(200, out);
}

/// {"seconds": n}: so much longer.
Task<Result<net::Response>> extend(const Call& call, Core& core) {
  auto owned = co_await find_owned(call, core);
  if (!owned) co_return owned.error();
  boost::system::error_code failure;
  const json::value body = json::parse(call.request.body, failure);
  const json::value* seconds =
      !failure && body.is_object() ? body.get_object().if_contains("seconds") : nullptr;
  if (seconds == nullptr || !seconds->is_int64() || seconds->get_int64() < 1 ||
      seconds->get_int64() > longest_extension.count())
    co_return Error{errc::invalid_argument, "the body must be {\"seconds\": 1 to 31536000}"};
  auto view = co_await core.extend((*owned)->id, std::chrono::seconds(seconds->get_int64()));
  if (!view) co_return view.error();
  co_return json_response(200, render(call, core, **view));
}

/// Only for who runs the daemon: the command line's own token belongs to no project.
Result<void> check_operator(const Call& call) {
  if (call.project_id.empty()) return {};
  return Error{errc::forbidden, "only the command line may do this"};
}

net::Response drain_response(const Core& core) {
  const DrainFacts facts = core.drain_facts();
  json::object out;
  out["draining"] = facts.draining;
  out["sessions"] = facts.live;
  return json_response(200, out);
}

Task<Result<net::Response>> show_drain(const Call& call, Core& core) {
  if (auto allowed = check_operator(call); !allowed) co_return allowed.error();
  co_return drain_response(core);
}

Task<Result<net::Response>> drain(const Call& call, Core& core) {
  if (auto allowed = check_operator(call); !allowed) co_return allowed.error();
  core.drain();
  co_return drain_response(core);
}

Task<Result<net::Response>> resume(const Call& call, Core& core) {
  if (auto allowed = check_operator(call); !allowed) co_return allowed.error();
  core.resume();
  co_return drain_response(core);
}

Task<Result<net::Response>> queue(const Call& call, Core& core) {
  json::array out;
  for (const session::QueuedCreate& one : core.queue()) {
    // Others' creates are counted, not shown.
    if (!call.key_id.empty() && call.key_id != one.key) continue;
    json::object line;
    line["position"] = one.position;
    line["key"] = one.key;
    line["waitedMilliseconds"] = one.waited.count();
    line["leftMilliseconds"] = one.left.count();
    out.push_back(std::move(line));
  }
  co_return json_response(200, out);
}

Task<Result<net::Response>> end(const Call& call, Core& core) {
  auto owned = co_await find_owned(call, core);
  if (!owned) co_return owned.error();
  auto view = co_await core.end((*owned)->id, session::EndReason::requested);
  if (!view) co_return view.error();
  co_return json_response(200, render(call, core, **view));
}

constexpr Route own_routes[] = {
    {"GET", "/", home, Access::open},
    {"GET", "/assets/{name}", asset_file, Access::open},
    {"GET", "/healthz", healthz, Access::open},
    {"GET", "/readyz", readyz, Access::open},
    {"GET", "/metrics", metrics, Access::key},
    {"GET", "/greenroom/v1/sessions", list, Access::key},
    {"GET", "/greenroom/v1/sessions/{id}", show, Access::key},
    {"DELETE", "/greenroom/v1/sessions/{id}", end, Access::key},
    {"POST", "/greenroom/v1/sessions/{id}/extend", extend, Access::key},
    {"GET", "/greenroom/v1/queue", queue, Access::key},
    {"GET", "/greenroom/v1/drain", show_drain, Access::key},
    {"POST", "/greenroom/v1/drain", drain, Access::key},
    {"DELETE", "/greenroom/v1/drain", resume, Access::key},
};

std::span<const Route> routes() {
  static const std::vector<Route> all = [] {
    std::vector<Route> list(std::begin(own_routes), std::end(own_routes));
    for (const auto& more : {devtools_routes(), file_routes(), live_routes(), profile_routes(),
                             recording_routes(), replay_routes(), timeline_routes(), web_driver_routes()})
      list.insert(list.end(), more.begin(), more.end());
    return list;
  }();
  return all;
}
}  // namespace

const Dialect& native() {
  static const Dialect dialect{
      .name = "greenroom",
      .mount = "",
      .key_header = "authorization",
      .token_parameter = "token",
      .routes = routes(),
      .error = error,
      .claims_websocket = nullptr,
      .open_websocket = nullptr,
      .welcome = {},
  };
  return dialect;
}

Task<Result<SharedView>> find_owned(const Call& call, Core& core) {
  auto view = co_await core.find(std::string(call.path["id"]));
  if (!view) co_return view.error();
  // Another project's session is as unknown as one that never was.
  if (!call.project_id.empty() && (*view)->project_id != call.project_id)
    co_return Error{errc::not_found, "session"};
  co_return view;
}

}  // namespace greenroom::api
