#include "api/hyperbrowser/render.hpp"

#include <algorithm>
#include <map>

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/live.hpp"
#include "api/replay.hpp"
#include "base/time_format.hpp"

namespace greenroom::api::hyperbrowser {

using base::errc;
using session::EndReason;
using session::Outcome;
using session::RecordingState;
using session::State;

namespace {
/// What the session is like now, over what its creator asked for.
json::object launch_state(const session::SessionView& view) {
  json::object out;
  if (view.dialect == "hyperbrowser" && view.echo) out = *view.echo;
  out["screen"] = {{"width", view.viewport.width}, {"height", view.viewport.height}};
  out["enableWebRecording"] = records_pages(view);
  out["enableVideoWebRecording"] = view.recorded;
  out["enableLogCapture"] = view.logged;
  out.erase("forkedProfileId");
  return out;
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

json::object parsed(const std::string& text) {
  boost::system::error_code failure;
  json::value value = json::parse(text, failure);
  return !failure && value.is_object() ? std::move(value.get_object()) : json::object();
}

/// A download as the log tells it: its beginning names the file, a later event its end.
struct Download {
  std::string url;
  std::string file;
};

bool is_wanted(const EventFilter& filter, const LogEvent& event) {
  if (!filter.types.empty() && filter.types.count("file_downloaded") == 0) return false;
  if (filter.from && event.at_ms < *filter.from) return false;
  if (filter.to && event.at_ms > *filter.to) return false;
  return !filter.target || *filter.target == event.target;
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
    case Outcome::idle:
    case Outcome::timed_out:
      return "closed";
    case Outcome::failed:
      return "error";
  }
  return "error";
}

json::object render_session(const Call& call, const Core& core, const session::SessionView& view) {
  const base::WallTime until = view.ended_at.value_or(core.now());
  json::object out;
  out["id"] = view.id;
  out["teamId"] = view.project_id;
  out["status"] = status_of(view);
  out["startTime"] = epoch_ms(view.started_at);
  if (view.ended_at) out["endTime"] = epoch_ms(*view.ended_at);
  out["createdAt"] = base::to_rfc3339(view.created_at);
  out["updatedAt"] = base::to_rfc3339(view.updated_at);
  out["duration"] = std::max<std::int64_t>(0, (until - view.started_at).count() / 1000);
  out["sessionUrl"] = watch_url(call, core, view.id);
  out["launchState"] = launch_state(view);
  out["creditsUsed"] = nullptr;
  out["creditBreakdown"] = {
      {"creditsUsed", nullptr}, {"browserTimeCreditsUsed", nullptr}, {"proxyDataCreditsUsed", nullptr}};
  out["proxyDataConsumed"] = std::to_string(view.proxy_bytes);
  if (view.end_reason) out["closeReason"] = session::word(*view.end_reason);
  if (view.user_metadata) out["userMetadata"] = *view.user_metadata;
  return out;
}

std::chrono::seconds live_lifetime_of(const session::SessionView& view) {
  const json::value* wish =
      view.dialect == "hyperbrowser" && view.echo ? view.echo->if_contains("liveViewTtlSeconds") : nullptr;
  if (wish == nullptr || !wish->is_number()) return longest_live_link;
  return std::chrono::seconds(
      std::max<std::int64_t>(1, static_cast<std::int64_t>(wish->to_number<double>())));
}

namespace {
bool takes_live_input(const session::SessionView& view) {
  const json::value* only =
      view.dialect == "hyperbrowser" && view.echo ? view.echo->if_contains("viewOnlyLiveView") : nullptr;
  return only == nullptr || !only->is_bool() || !only->get_bool();
}
}  // namespace

json::object render_detail(const Call& call, const Core& core, const session::SessionView& view,
                           std::chrono::seconds live_lifetime) {
  json::object out = render_session(call, core, view);
  const bool is_over = view.state == State::ended;
  const std::string token = is_over ? late_token(call, core, view) : cdp_token(call, view);
  const base::WallTime live_until =
      std::min(view.expires_at, std::chrono::time_point_cast<base::Milliseconds>(core.now() + live_lifetime));
  out["token"] = token;
  // Clients append "&keepAlive=true" to the first, and some turn it into /json/version?token=….
  out["wsEndpoint"] = websocket_url_of(call.base_url) + "/?token=" + token;
  out["webdriverEndpoint"] = call.base_url + "/webdriver";
  out["computerActionEndpoint"] = call.base_url + "/computer-action?token=" + token;
  const LiveLink link{live_until, takes_live_input(view) ? Scope::control : Scope::view};
  out["liveUrl"] = is_over ? std::string() : live_url(call, view, link);
  out["liveDomain"] = call.base_url;
  if (view.dialect == "hyperbrowser" && view.echo)
    if (const json::value* copy = view.echo->if_contains("forkedProfileId")) out["forkedProfileId"] = *copy;
  return out;
}

json::object render_page(std::string_view name, json::array items, std::size_t total, const Page& page) {
  json::object out;
  out[name] = std::move(items);
  out["totalCount"] = total;
  out["page"] = page.number;
  out["perPage"] = page.size;
  return out;
}

json::array render_events(const session::SessionView& view, const std::vector<LogEvent>& log,
                          const EventFilter& filter) {
  std::map<std::string, Download> downloads;     // by the browser's own id of each
  std::map<std::string, std::string> page_urls;  // by target
  json::array out;
  for (const LogEvent& event : log) {
    if (event.method == "Page.frameNavigated") {
      const json::object params = parsed(event.params);
      const json::value* frame = params.if_contains("frame");
      if (frame != nullptr && frame->is_object() && !frame->get_object().contains("parentId"))
        page_urls[event.target] = text_of(frame->get_object(), "url");
    } else if (event.method == "Page.downloadWillBegin") {
      const json::object params = parsed(event.params);
      downloads[text_of(params, "guid")] = {text_of(params, "url"), text_of(params, "suggestedFilename")};
    } else if (event.method == "Page.downloadProgress" && is_wanted(filter, event)) {
      const json::object params = parsed(event.params);
      if (text_of(params, "state") != "completed") continue;
      const Download& download = downloads[text_of(params, "guid")];
      json::object line;
      line["id"] = view.id + "-" + std::to_string(event.seq);
      line["sessionId"] = view.id;
      line["targetId"] = event.target;
      line["pageUrl"] =
          page_urls.count(event.target) == 0 ? json::value() : json::value(page_urls[event.target]);
      line["teamId"] = view.project_id;
      line["type"] = "file_downloaded";
      line["metadata"] = {{"fileName", download.file}, {"url", download.url}};
      line["timestamp"] = event.at_ms;
      out.push_back(std::move(line));
    }
  }
  return out;
}

bool records_pages(const session::SessionView& view) {
  if (view.dialect != "hyperbrowser") return false;
  const json::value* wish = view.echo ? view.echo->if_contains("enableWebRecording") : nullptr;
  return wish == nullptr || *wish != false;
}

json::object render_pages(const Call& call, const Core& core, const session::SessionView& view,
                          bool has_events) {
  const bool is_over = view.state == State::ended;
  const bool is_wanted = has_events || records_pages(view);
  json::object out;
  out["status"] = !is_wanted ? "not_enabled" : is_over ? "completed" : "in_progress";
  out["recordingUrl"] = nullptr;
  out["error"] = nullptr;
  if (is_wanted && is_over)
    out["recordingUrl"] = call.base_url + "/hyperbrowser/api/session/" + view.id + "/recording.json?token=" +
                          call.signer.sign(Scope::replay, view.id, core.now() + call.link_lifetime);
  return out;
}

json::object render_video(const Call& call, const Core& core, const session::SessionView& view,
                          const RecordingFacts& facts) {
  json::object out;
  out["recordingUrl"] = nullptr;
  out["error"] = nullptr;
  switch (facts.state) {
    case RecordingState::disabled:
      out["status"] = "not_enabled";
      return out;
    case RecordingState::recording:
      out["status"] = "in_progress";
      return out;
    case RecordingState::finalizing:
      out["status"] = "pending";
      return out;
    case RecordingState::ready:
    case RecordingState::failed:
      break;
  }
  // What was recorded before a fault can be watched all the same.
  const bool has_pictures = !facts.index.segments.empty();
  out["status"] = has_pictures ? "completed" : "failed";
  if (has_pictures)
    out["recordingUrl"] = mp4_url(call, core, view.id);
  else
    out["error"] = facts.error.empty() ? "nothing was recorded" : facts.error;
  return out;
}

net::Response render_error(const base::Error& error) {
  json::object body;
  body["message"] = full_words_of(error);
  body["code"] = error.code == errc::unsupported ? "not_implemented" : base::name(error.code);
  net::Response response = json_response(http_status(error.code), body);
  if (error.code == errc::limit_reached) {
    body["message"] = "the limit of " + error.detail + " concurrent sessions is reached (limits.sessions)";
    response.body = json::serialize(body);
    response.headers.set("retry-after", "1");
  }
  return response;
}

net::Response render_refusal(std::string_view code, std::string message) {
  json::object body;
  body["message"] = std::move(message);
  body["code"] = code;
  return json_response(402, body);
}

}  // namespace greenroom::api::hyperbrowser
