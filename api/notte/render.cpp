#include "api/notte/render.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/live.hpp"
#include "api/replay.hpp"
#include "base/time_format.hpp"

namespace greenroom::api::notte {

using base::errc;
using session::EndReason;
using session::Outcome;
using session::State;

namespace {
/// ISO 8601, as "PT41.286S".
std::string iso_duration(base::Milliseconds duration) {
  const std::int64_t ms = std::max<std::int64_t>(0, duration.count());
  std::string fraction = std::to_string(1000 + ms % 1000);
  fraction[0] = '.';
  return "PT" + std::to_string(ms / 1000) + (ms % 1000 == 0 ? "" : fraction) + "S";
}

std::int64_t minutes_of(base::Milliseconds duration) {
  return std::max<std::int64_t>(1, duration.count() / 60'000);
}

json::value reason_of(const session::SessionView& view) {
  if (!view.end_reason) return nullptr;
  switch (session::outcome_of(*view.end_reason)) {
    case Outcome::completed:
      return *view.end_reason == EndReason::requested ? "manual" : "unknown";
    case Outcome::idle:
      return "idle_timeout";
    case Outcome::timed_out:
      return "max_duration";
    case Outcome::failed:
      return "error";
  }
  return "unknown";
}

/// What sessions of other APIs say, too: the numbers that no client can do without.
void add_facts(json::object& out, const session::SessionView& view) {
  const std::int64_t life = minutes_of(view.expires_at - view.started_at);
  out["idle_timeout_minutes"] = life;
  out["max_duration_minutes"] = life;
  out["proxies"] = false;
  out["browser_type"] = "chromium";
  out["use_file_storage"] = false;
  out["headless"] = view.headless;
  out["solve_captchas"] = false;
  out["web_bot_auth"] = false;
  out["user_agent"] = nullptr;
  if (view.dialect == "notte" && view.echo)
    for (const auto& member : *view.echo) out[member.key()] = member.value();
  out["timeout_minutes"] = out["idle_timeout_minutes"];
}

std::string socket_url(const Call& call, const session::SessionView& view, std::string_view name,
                       Scope scope) {
  return websocket_url_of(call.base_url) + "/notte/sessions/" + view.id + std::string(name) +
         "?token=" + call.signer.sign(scope, view.id, view.expires_at + std::chrono::hours(1));
}
}  // namespace

std::string_view status_of(const session::SessionView& view) {
  switch (view.state) {
    case State::starting:
    case State::running:
      return "active";
    case State::ended:
      break;
  }
  switch (session::outcome_of(view.end_reason.value_or(EndReason::requested))) {
    case Outcome::completed:
      return "closed";
    case Outcome::idle:
    case Outcome::timed_out:
      return "timed_out";
    case Outcome::failed:
      return "error";
  }
  return "error";
}

json::object render_session(const Call& call, const Core& core, const session::SessionView& view) {
  const bool is_over = view.state == State::ended;
  json::object out;
  out["session_id"] = view.id;
  add_facts(out, view);
  out["created_at"] = base::to_rfc3339(view.created_at);
  out["last_accessed_at"] = base::to_rfc3339(view.updated_at);
  out["closed_at"] = view.ended_at ? json::value(base::to_rfc3339(*view.ended_at)) : json::value();
  out["duration"] = iso_duration(view.ended_at.value_or(core.now()) - view.created_at);
  out["status"] = status_of(view);
  out["close_reason"] = reason_of(view);
  out["steps"] = json::array();
  const bool failed = status_of(view) == "error";
  out["error"] = failed ? json::value(session::word(view.end_reason.value_or(EndReason::browser_crashed)))
                        : json::value();
  out["viewport_width"] = view.viewport.width;
  out["viewport_height"] = view.viewport.height;
  out["cdp_url"] = is_over ? json::value() : json::value(socket_url(call, view, "/cdp", Scope::cdp));
  const LiveLink link{view.expires_at};
  out["viewer_url"] = is_over ? json::value() : json::value(live_url(call, view, link));
  out["auth_ids"] = json::array();
  out["system_hidden"] = false;
  return out;
}

json::object render_stopped(const Call& call, const Core& core, const session::SessionView& view) {
  json::object out = render_session(call, core, view);
  out["status"] = "closed";
  return out;
}

std::vector<cdp::TargetInfo> tabs_of(const std::vector<cdp::TargetInfo>& targets) {
  std::vector<cdp::TargetInfo> tabs;
  for (const cdp::TargetInfo& target : targets)
    if (target.type == "page") tabs.push_back(target);
  return tabs;
}

json::object render_tab(const Call& call, const session::SessionView& view, const cdp::TargetInfo& target,
                        std::size_t index) {
  json::object out;
  LiveLink link{view.expires_at};
  link.tab = target.id;
  out["metadata"] = {{"tab_id", index}, {"title", target.title}, {"url", target.url}};
  out["debug_url"] = live_url(call, view, link);
  out["ws_url"] =
      websocket_url_of(call.base_url) + "/devtools/page/" + target.id + "?token=" + cdp_token(call, view);
  return out;
}

json::object render_debug(const Call& call, const session::SessionView& view,
                          const std::vector<cdp::TargetInfo>& targets) {
  const LiveLink link{view.expires_at};
  json::object out;
  out["debug_url"] = live_url(call, view, link);
  out["ws"] = {{"cdp", socket_url(call, view, "/cdp", Scope::cdp)},
               {"recording", socket_url(call, view, "/debug/recording", Scope::view)},
               {"logs", socket_url(call, view, "/debug/logs", Scope::view)}};
  json::array tabs;
  for (const cdp::TargetInfo& target : tabs_of(targets))
    tabs.push_back(render_tab(call, view, target, tabs.size()));
  out["tabs"] = std::move(tabs);
  return out;
}

json::object render_cookie(const session::Cookie& cookie) {
  const json::value expires = cookie.expires ? json::value(*cookie.expires) : json::value();
  json::object out;
  out["name"] = cookie.name;
  out["value"] = cookie.value;
  out["domain"] = cookie.domain;
  out["path"] = cookie.path;
  out["httpOnly"] = cookie.http_only;
  out["secure"] = cookie.secure;
  out["hostOnly"] = !cookie.domain.starts_with('.');
  out["session"] = !cookie.expires.has_value();
  out["expirationDate"] = expires;
  out["expires"] = expires;
  out["sameSite"] = nullptr;
  if (cookie.same_site == session::SameSite::lax) out["sameSite"] = "Lax";
  if (cookie.same_site == session::SameSite::none) out["sameSite"] = "None";
  if (cookie.same_site == session::SameSite::strict) out["sameSite"] = "Strict";
  out["storeId"] = nullptr;
  out["partitionKey"] = cookie.partition.empty() ? json::value() : json::value(cookie.partition);
  return out;
}

json::object render_replay(const Call& call, const Core& core, const session::SessionView& view,
                           const recorder::RecordingIndex& index) {
  // No link in it lives longer: tokens are good to the end of their second.
  const auto expires = std::chrono::ceil<std::chrono::seconds>(core.now() + call.link_lifetime);
  json::object out;
  out["playlist_content"] = playlist_of(call, core, view, index);
  out["mp4_url"] = mp4_url(call, core, view.id);
  out["expires_at"] = base::to_rfc3339(std::chrono::time_point_cast<base::Milliseconds>(expires));
  out["video_start_ms"] = video_start(view, index).count();
  out["video_duration_ms"] = index.duration().count();
  return out;
}

namespace {
json::object error_body(unsigned status, std::string_view code, const std::string& message) {
  json::object body;
  body["detail"] = message;
  body["error"] = code;
  body["message"] = message;
  body["status"] = status;
  return body;
}

/// {"loc": ["body", "a", 0], "msg": …, "type": …} of "body/a/0 must be …" (FastAPI's HTTPValidationError).
json::object place_of(std::string_view text) {
  const std::size_t space = text.find(' ');
  std::string_view path = text.substr(0, space);
  json::array loc;
  if (!path.starts_with("body") && !path.starts_with("querystring")) {
    path = {};
    loc.emplace_back("body");
  }
  constexpr std::size_t most_steps = 32;  // names are the client's own and may be of slashes
  while (!path.empty() && loc.size() < most_steps) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    if (part == "querystring")
      loc.emplace_back("query");
    else if (!part.empty() && part.find_first_not_of("0123456789") == part.npos && part.size() < 9)
      loc.emplace_back(std::stoi(std::string(part)));
    else
      loc.emplace_back(part);
  }
  std::string_view type = "value_error";
  if (text.ends_with("extra_forbidden")) type = "extra_forbidden";
  if (text.ends_with("missing")) type = "missing";
  json::object out;
  out["loc"] = std::move(loc);
  out["msg"] = type == "extra_forbidden" ? std::string_view("Extra inputs are not permitted")
               : type == "missing"       ? std::string_view("Field required")
                                         : text;
  out["type"] = type;
  return out;
}
}  // namespace

net::Response render_no_replay(unsigned status, const session::SessionView& view,
                               std::string_view replay_status, bool retryable, std::string_view message) {
  json::object body = error_body(status, replay_status, std::string(message));
  body["session_id"] = view.id;
  body["replay_status"] = replay_status;
  body["retryable"] = retryable;
  return json_response(status, body);
}

net::Response render_error(const base::Error& error) {
  if (error.code == errc::invalid_argument) {
    const json::object place = place_of(error.detail);
    // Clients look for the validator's own words to tell an old client from a wrong value.
    const std::string message =
        error.detail + " ('type': '" + std::string(place.at("type").get_string()) + "')";
    json::object body = error_body(422, "validation_error", message);
    body["detail"] = json::array{place};
    return json_response(422, body);
  }
  const unsigned status = http_status(error.code);
  std::string message = full_words_of(error);
  if (error.code == errc::limit_reached)
    message = "the limit of " + error.detail + " concurrent sessions is reached (limits.sessions)";
  if (error.code == errc::gone) message = "the session is closed, or the link has expired";
  net::Response response = json_response(status, error_body(status, base::name(error.code), message));
  if (error.code == errc::limit_reached) response.headers.set("retry-after", "1");
  return response;
}

}  // namespace greenroom::api::notte
