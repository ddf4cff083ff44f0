#include "api/claude_scope/dialect.hpp"

#include <algorithm>
#include <limits>

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/claude_scope/parse.hpp"
#include "api/claude_scope/render.hpp"
#include "base/time_format.hpp"

namespace greenroom::api::claude_scope {

using base::errc;
using base::Error;

namespace {
constexpr const char* preferences_name = "claude_scope";
constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

const Project* project_of(const Call& call, const Core& core) {
  for (const Project& project : core.projects())
    if (project.id == call.project_id) return &project;
  return nullptr;
}

Task<Result<Account>> account_of(const Call& call, Core& core) {
  auto said = co_await core.captures().preferences(call.project_id, preferences_name);
  if (!said) co_return said.error();
  Account account;
  account.settings = render_settings(*said);
  if (const Project* project = project_of(call, core)) account.user_id = project->owner_id;
  co_return account;
}

Task<Result<Capture>> find(const Call& call, Core& core) {
  co_return co_await core.captures().find(call.project_id, parse_id(call.path["id"]));
}

Task<Result<net::Response>> list(const Call& call, Core& core) {
  const ListRequest request = parse_list(call.request.target);
  if (!request.broken.empty()) co_return render_broken(request.broken);
  auto account = co_await account_of(call, core);
  if (!account) co_return account.error();
  auto captures = co_await core.captures().list(call.project_id, request.limit);
  if (!captures) co_return captures.error();
  json::array out;
  for (const Capture& capture : *captures) out.push_back(render_entry(capture, *account));
  co_return json_response(200, out);
}

Task<Result<net::Response>> stats(const Call& call, Core& core) {
  auto captures = co_await core.captures().list(call.project_id, all);
  if (!captures) co_return captures.error();
  co_return json_response(200, render_stats(*captures));
}

Task<Result<net::Response>> get(const Call& call, Core& core) {
  auto account = co_await account_of(call, core);
  if (!account) co_return account.error();
  auto capture = co_await find(call, core);
  if (!capture) co_return capture.error();
  co_return json_response(200, render_whole(*capture, *account));
}

Task<Result<net::Response>> status(const Call& call, Core& core) {
  auto capture = co_await find(call, core);
  if (!capture) co_return capture.error();
  co_return json_response(200, render_status(*capture));
}

Task<Result<net::Response>> create(const Call& call, Core& core) {
  auto body = parse_new_session(call.request.body);
  if (!body) co_return body.error();
  if (!body->broken.empty()) co_return render_broken(body->broken);
  auto account = co_await account_of(call, core);
  if (!account) co_return account.error();
  // What is preferred later changes nothing of what is there.
  if (!body->said.contains("agentTarget")) body->said["agentTarget"] = account->settings["defaultAgent"];
  auto capture = co_await core.captures().make(call.project_id, std::move(body->said));
  if (!capture) co_return capture.error();
  co_return json_response(201, render_session(*capture, *account));
}

Task<Result<net::Response>> change(const Call& call, Core& core) {
  auto body = parse_change(call.request.body);
  if (!body) co_return body.error();
  if (!body->broken.empty()) co_return render_broken(body->broken);
  auto account = co_await account_of(call, core);
  if (!account) co_return account.error();
  auto known = co_await find(call, core);
  if (!known) co_return known.error();
  const auto measured = known->session ? measured_in(body->said) : std::vector<std::string>();
  if (!measured.empty()) co_return render_broken(measured);
  auto capture = co_await core.captures().change(call.project_id, known->id, std::move(body->said));
  if (!capture) co_return capture.error();
  co_return json_response(200, render_session(*capture, *account));
}

Task<Result<net::Response>> remove(const Call& call, Core& core) {
  auto erased = co_await core.captures().erase(call.project_id, parse_id(call.path["id"]));
  if (!erased) co_return erased.error();
  co_return no_content();
}

Task<Result<net::Response>> get_settings(const Call& call, Core& core) {
  auto account = co_await account_of(call, core);
  if (!account) co_return account.error();
  co_return json_response(200, account->settings);
}

Task<Result<net::Response>> change_settings(const Call& call, Core& core) {
  auto body = parse_settings(call.request.body);
  if (!body) co_return body.error();
  if (!body->broken.empty()) co_return render_broken(body->broken);
  auto said = co_await core.captures().prefer(call.project_id, preferences_name, std::move(body->said));
  if (!said) co_return said.error();
  co_return json_response(200, render_settings(*said));
}

/// The caller's project stands for the person.
Task<Result<net::Response>> me(const Call& call, Core& core) {
  const Project* project = project_of(call, core);
  if (project == nullptr) co_return Error{errc::unauthenticated, "the key has no project"};
  json::object out;
  out["id"] = project->owner_id;
  out["name"] = project->name;
  out["createdAt"] = base::to_rfc3339(project->created_at);
  co_return json_response(200, out);
}

Task<Result<net::Response>> health(const Call&, Core&) {
  json::object out;
  out["status"] = "ok";
  co_return json_response(200, out);
}

constexpr Route routes[] = {
    {"POST", "/api/sessions", create},
    {"GET", "/api/sessions", list},
    {"GET", "/api/sessions/stats", stats},
    {"GET", "/api/sessions/{id}", get},
    {"GET", "/api/sessions/{id}/status", status},
    {"PATCH", "/api/sessions/{id}", change},
    {"DELETE", "/api/sessions/{id}", remove},
    {"GET", "/api/settings", get_settings},
    {"PATCH", "/api/settings", change_settings},
    {"GET", "/api/auth/me", me},
    {"GET", "/api/health", health, Access::open},
    // The rest of it, in its shape.
    {"POST", "/api/recordings", refuse_route},
    {"POST", "/api/sessions/{id}/generate-prompt", refuse_route},
    {"GET", "/api/assets/{id}", refuse_route},
    {"GET", "/api/credentials", refuse_route},
    {"POST", "/api/credentials", refuse_route},
    {"PATCH", "/api/credentials/{id}", refuse_route},
    {"DELETE", "/api/credentials/{id}", refuse_route},
};

constexpr std::string_view environment[] = {
    "export CLAUDE_SCOPE_API={url}/claude-scope/api",
    "export CLAUDE_SCOPE_TOKEN={key}",
};

constexpr std::string_view program[] = {
    "// needs no package; lists what was recorded through any API",
    "const headers = { authorization: `Bearer ${process.env.CLAUDE_SCOPE_TOKEN}` };",
    "const answer = await fetch(`${process.env.CLAUDE_SCOPE_API}/sessions`, { headers });",
    "for (const { id, status, title } of await answer.json()) console.log(id, status, title);",
};
}  // namespace

const Dialect& dialect() {
  static const Dialect dialect{
      .name = "claude_scope",
      .mount = "/claude-scope",
      .key_header = "authorization",
      .token_parameter = {},
      .routes = routes,
      .error = render_error,
      .claims_websocket = nullptr,
      .open_websocket = nullptr,
      .welcome = {environment, "first-claude-scope.mjs", program},
  };
  return dialect;
}

}  // namespace greenroom::api::claude_scope
