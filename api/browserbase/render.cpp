#include "api/browserbase/render.hpp"

#include <array>

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/live.hpp"
#include "api/replay.hpp"
#include "base/time_format.hpp"

namespace greenroom::api::browserbase {

using base::errc;
using session::EndReason;
using session::Outcome;
using session::State;

namespace {
/// Embedding pages wait for exactly this text (contract: session live view).
constexpr std::string_view goodbye = "browserbase-disconnected";

json::value parsed(const std::string& text) {
  boost::system::error_code failure;
  json::value value = json::parse(text, failure);
  return failure ? json::value(json::object()) : value;
}
}  // namespace

std::string_view status_of(const session::SessionView& view) {
  switch (view.state) {
    case State::starting:
      return "PENDING";
    case State::running:
      return "RUNNING";
    case State::ended:
      break;
  }
  switch (session::outcome_of(view.end_reason.value_or(EndReason::requested))) {
    case Outcome::completed:
    case Outcome::idle:
      return "COMPLETED";
    case Outcome::timed_out:
      return "TIMED_OUT";
    case Outcome::failed:
      return "ERROR";
  }
  return "ERROR";
}

json::object render_session(const session::SessionView& view, json::storage_ptr memory) {
  json::object out(std::move(memory));
  out.reserve(16);  // one allocation, also for what a connectable one adds: polled the most of all answers
  out.emplace("id", view.id);
  out.emplace("createdAt", base::to_rfc3339(view.created_at));
  out.emplace("updatedAt", base::to_rfc3339(view.updated_at));
  out.emplace("projectId", view.project_label.empty() ? view.project_id : view.project_label);
  out.emplace("startedAt", base::to_rfc3339(view.started_at));
  if (view.ended_at) out.emplace("endedAt", base::to_rfc3339(*view.ended_at));
  out.emplace("expiresAt", base::to_rfc3339(view.expires_at));
  out.emplace("status", status_of(view));
  out.emplace("proxyBytes", view.proxy_bytes);
  if (view.cpu.count() > 0) {
    // Percent of one core on average, and bytes (contract: session object, legacy).
    const auto lived = (view.ended_at.value_or(view.updated_at) - view.started_at).count();
    out.emplace("avgCpuUsage", lived > 0 ? view.cpu.count() * 100 / lived : 0);
    out.emplace("memoryUsage", view.memory.count);
  }
  out.emplace("keepAlive", view.keep_alive);
  out.emplace("region", view.region.empty() ? std::string_view("us-west-2") : std::string_view(view.region));
  if (view.user_metadata) out.emplace("userMetadata", *view.user_metadata);
  return out;
}

namespace {
void add_links(const Call& call, const session::SessionView& view, json::object& out) {
  const std::string key = cdp_token(call, view);
  std::string connect = websocket_url_of(call.base_url);
  out.emplace("connectUrl", connect.append("/?signingKey=").append(key));
  out.emplace("seleniumRemoteUrl", call.base_url + "/webdriver");
  out.emplace("signingKey", key);
}
}  // namespace

json::object render_connectable(const Call& call, const session::SessionView& view) {
  json::object out = render_session(view);
  add_links(call, view, out);
  return out;
}

namespace {
/// Room for a session on the stack: these answers are polled, and the many small texts of a JSON tree cost
/// more than all else in them.
struct Scratch {
  std::array<unsigned char, 4 * 1024> bytes;
  json::monotonic_resource memory{bytes.data(), bytes.size()};
};

std::string session_text(const session::SessionView& view) {
  Scratch scratch;
  return json::serialize(render_session(view, &scratch.memory));
}

/// What a client connects with depends on how it reached us.
std::string connectable_text(const Call& call, const session::SessionView& view) {
  return json::serialize(render_connectable(call, view));
}

net::Response text_response(std::string text) {
  return net::text_response(200, "application/json; charset=utf-8", std::move(text));
}
}  // namespace

net::Response session_response(const Call& call, const SharedView& view) {
  const bool is_connectable = view->state == State::running;
  return text_response(is_connectable ? call.texts.of(call, view, connectable_text)
                                      : call.texts.of(view, session_text));
}

net::Response list_response(const Call& call, const std::vector<SharedView>& views) {
  std::string text = "[";
  for (const SharedView& view : views) {
    if (text.size() > 1) text += ',';
    text += call.texts.of(view, session_text);
  }
  return text_response(text += ']');
}

json::object render_debug(const Call& call, const session::SessionView& view,
                          const std::vector<cdp::TargetInfo>& targets, base::WallTime links_expire) {
  LiveLink link{links_expire, Scope::control, goodbye};
  const std::string url = live_url(call, view, link);
  json::object out;
  out["debuggerUrl"] = url;
  out["debuggerFullscreenUrl"] = url + "&navbar=false";
  out["wsUrl"] = websocket_url_of(call.base_url) + "/devtools/browser/" + view.id +
                 "?token=" + call.signer.sign(Scope::cdp, view.id, links_expire);
  json::array pages;
  for (const cdp::TargetInfo& target : targets) {
    if (target.type != "page") continue;
    json::object page;
    page["id"] = target.id;
    page["url"] = target.url;
    page["title"] = target.title;
    page["faviconUrl"] = "";
    link.tab = target.id;
    const std::string page_url = live_url(call, view, link);
    page["debuggerUrl"] = page_url;
    page["debuggerFullscreenUrl"] = page_url + "&navbar=false";
    pages.push_back(std::move(page));
  }
  out["pages"] = std::move(pages);
  return out;
}

json::array render_logs(const session::SessionView& view, const std::vector<LogEvent>& events) {
  json::array out;
  for (const LogEvent& event : events) {
    json::value params = parsed(event.params);
    json::object line;
    line["method"] = event.method;
    line["pageId"] = std::max(0, event.page_index);  // a command to the browser itself belongs to no page
    line["sessionId"] = view.id;
    line["timestamp"] = event.at_ms;
    for (const std::string_view name : {"frameId", "loaderId"}) {
      const json::value* value = params.is_object() ? params.get_object().if_contains(name) : nullptr;
      if (value != nullptr && value->is_string()) line[name] = *value;
    }
    json::object request;
    request["timestamp"] = event.at_ms;
    request["rawBody"] = event.params;
    request["params"] = std::move(params);
    line["request"] = std::move(request);
    out.push_back(std::move(line));
  }
  return out;
}

json::object render_replays(const session::SessionView& view, const std::vector<recorder::TabTrack>& tracks) {
  json::object out;
  json::array pages;
  for (const recorder::TabTrack& track : tracks) {
    const recorder::Segment& first = track.index.segments.front();
    const recorder::Segment& last = track.index.segments.back();
    const std::string id = std::to_string(track.tab);
    json::object page;
    page["pageId"] = id;
    page["url"] = "/v1/sessions/" + view.id + "/replays/" + id;
    page["startTimeMs"] = std::max<std::int64_t>(0, (first.wall - view.started_at).count());
    page["endTimeMs"] = std::max<std::int64_t>(0, (last.wall + last.duration - view.started_at).count());
    pages.push_back(std::move(page));
  }
  out["pageCount"] = pages.size();
  out["pages"] = std::move(pages);
  return out;
}

json::object render_downloads(const Call& call, const Core& core, const session::SessionView& view) {
  const Mp4Facts facts = core.mp4_facts(view.id);
  json::object page;
  page["pageId"] = "0";
  switch (facts.state) {
    case Mp4State::not_requested:
      page["status"] = "NOT_REQUESTED";
      break;
    case Mp4State::pending:
      page["status"] = "PENDING";
      break;
    case Mp4State::failed:
      page["status"] = "FAILED";
      break;
    case Mp4State::ready:
      page["status"] = "COMPLETED";
      page["downloadUrl"] = mp4_url(call, core, view.id);
      if (facts.made_at) page["completedAt"] = base::to_rfc3339(*facts.made_at);
      break;
  }
  json::object out;
  out["downloads"] = json::array{std::move(page)};
  return out;
}

json::object render_project(const Project& project, const session::SessionOptions& options) {
  json::object out;
  out["id"] = project.id;
  out["name"] = project.name;
  out["ownerId"] = project.owner_id;
  out["createdAt"] = base::to_rfc3339(project.created_at);
  out["updatedAt"] = base::to_rfc3339(project.updated_at);
  out["defaultTimeout"] = options.lifetime.max_age.count() / 1000;
  out["concurrency"] = options.limit;
  return out;
}

namespace {
std::string message_of(const base::Error& error) {
  // Programs look for this text (contract: limits).
  if (error.code == errc::limit_reached)
    return "You've exceeded your max concurrent sessions limit (limit " + error.detail + ", currently " +
           error.detail + "). Raise limits.sessions or end a session.";
  return words_of(error);
}

/// Another try may help. The SDK repeats 408, 409, 429 and every 5xx unless it is told not to.
bool may_be_repeated(unsigned status) {
  return status == 429 || status == 500 || status == 503 || status == 504;
}
}  // namespace

net::Response render_error(const base::Error& error) {
  const unsigned status = http_status(error.code);
  json::object body;
  body["statusCode"] = status;
  body["error"] = net::reason_phrase(status);
  body["message"] = message_of(error);
  net::Response response = json_response(status, body);
  if (!may_be_repeated(status) && status >= 409) response.headers.set("x-should-retry", "false");
  if (error.code == errc::limit_reached) {
    // The SDK waits for as long as this says, without a bound: a slot may be free at any moment.
    response.headers.set("retry-after", "1");
    response.headers.set("x-ratelimit-limit", error.detail);
    response.headers.set("x-ratelimit-remaining", "0");
    response.headers.set("x-ratelimit-reset", "1");
  }
  return response;
}

}  // namespace greenroom::api::browserbase
