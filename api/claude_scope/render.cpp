#include "api/claude_scope/render.hpp"

#include <algorithm>
#include <set>

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "base/time_format.hpp"

namespace greenroom::api::claude_scope {

using base::errc;
using session::RecordingState;
using session::State;

namespace {
constexpr std::string_view lanes[] = {"frameExtraction", "visionLane", "playwrightLane", "synthesis"};

/// A member of the first object that has it.
const json::value* first_of(std::string_view name, std::initializer_list<const json::object*> objects) {
  for (const json::object* object : objects)
    if (const json::value* value = object != nullptr ? object->if_contains(name) : nullptr) return value;
  return nullptr;
}

std::string text_of(const json::value* value) {
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number_of(const json::value* value) {
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

/// What the creator of the browser session wrote beside it.
const json::object* metadata_of(const Capture& capture) {
  return capture.session && capture.session->user_metadata ? &*capture.session->user_metadata : nullptr;
}

bool is_growing(const session::SessionView& view) {
  return view.state != State::ended || view.recording == RecordingState::recording ||
         view.recording == RecordingState::finalizing;
}

std::string title_of(const Capture& capture) {
  const std::string said = text_of(first_of("title", {&capture.said, metadata_of(capture)}));
  if (!said.empty()) return said;
  if (!capture.facts.title.empty()) return capture.facts.title;
  return capture.facts.urls.empty() ? "Session sess_" + capture.id : capture.facts.urls.front();
}

json::array urls_of(const Capture& capture) {
  const json::value* said = capture.said.if_contains("urls");
  if (said != nullptr && said->is_array()) return said->get_array();
  json::array out;
  for (const std::string& url : capture.facts.urls) out.emplace_back(url);
  return out;
}

std::int64_t url_count_of(const Capture& capture, const json::array& urls) {
  if (const json::value* said = capture.said.if_contains("urlCount")) return number_of(said);
  std::set<std::string_view> unique;
  for (const json::value& url : urls)
    if (url.is_string()) unique.insert(std::string_view(url.get_string()));
  return static_cast<std::int64_t>(unique.size());
}

/// Whole seconds. What lasted a moment did not last nothing.
std::int64_t duration_of(const Capture& capture) {
  if (const json::value* said = capture.said.if_contains("duration")) return number_of(said);
  return std::chrono::ceil<std::chrono::seconds>(capture.facts.duration).count();
}

/// Why there is nothing to look at, or how a session ended that should have gone on.
json::value last_error_of(const Capture& capture) {
  if (!capture.session || capture.session->state != State::ended) return nullptr;
  const session::SessionView& view = *capture.session;
  if (!view.recording_error.empty()) return json::value(view.recording_error);
  const auto reason = view.end_reason.value_or(session::EndReason::requested);
  if (session::outcome_of(reason) == session::Outcome::failed) return json::value(session::word(reason));
  return status_of(capture) == "error" ? json::value("nothing of it can be played") : json::value();
}

/// Null before the first update of a record that nothing here fills. Nothing extracts frames yet, so no lane
/// has begun, whatever the stage.
json::value processing_of(const Capture& capture) {
  if (!capture.session && !capture.said.contains("status")) return nullptr;
  const std::string status = status_of(capture);
  json::object out;
  out["overallStage"] = status == "processing" ? "uploading" : status;
  for (const std::string_view lane : lanes) out[lane] = {{"status", "pending"}};
  out["lastUpdated"] = base::to_rfc3339(capture.updated_at);
  if (json::value why = last_error_of(capture); !why.is_null()) out["lastError"] = std::move(why);
  return out;
}
}  // namespace

json::object render_settings(const json::object& said) {
  json::object out;
  out["defaultAgent"] = "CLAUDE_CODE";
  out["includeScreenshots"] = true;
  out["inlineAriaTree"] = true;
  out["includeRawDiff"] = false;
  out["maxRecordingLength"] = 30;
  for (auto& setting : out)
    if (const json::value* value = said.if_contains(setting.key())) setting.value() = *value;
  return out;
}

std::string status_of(const Capture& capture) {
  if (!capture.session) {
    const json::value* said = capture.said.if_contains("status");
    return said != nullptr ? text_of(said) : "processing";
  }
  if (is_growing(*capture.session)) return "processing";
  return capture.facts.duration.count() > 0 ? "complete" : "error";
}

json::object render_entry(const Capture& capture, const Account& account) {
  const json::array urls = urls_of(capture);
  const std::string prompt = text_of(capture.said.if_contains("prompt"));
  json::object out;
  out["id"] = "sess_" + capture.id;
  out["userId"] = account.user_id;
  out["title"] = title_of(capture);
  out["seedUrl"] = urls.empty() || !capture.session ? json::value() : urls.front();
  out["status"] = status_of(capture);
  out["duration"] = duration_of(capture);
  out["frameCount"] = number_of(capture.said.if_contains("frameCount"));
  out["urlCount"] = url_count_of(capture, urls);
  out["urls"] = urls;
  const json::value* target = capture.said.if_contains("agentTarget");
  out["agentTarget"] = target != nullptr ? *target : account.settings.at("defaultAgent");
  out["processingTime"] = number_of(capture.said.if_contains("processingTime"));
  out["promptStatus"] = prompt.empty() ? "not_started" : "complete";
  out["prompt"] = prompt;
  const base::WallTime created = capture.session ? capture.session->created_at : capture.created_at;
  out["createdAt"] = base::to_rfc3339(created);
  out["updatedAt"] = base::to_rfc3339(capture.updated_at);
  return out;
}

json::object render_session(const Capture& capture, const Account& account) {
  json::object out = render_entry(capture, account);
  const std::string notes = text_of(first_of("notes", {&capture.said, metadata_of(capture)}));
  out["promptError"] = nullptr;
  out["notes"] = notes.empty() ? json::value() : json::value(notes);
  out["lastError"] = last_error_of(capture);
  out["inspectionJson"] = nullptr;
  out["inspectionDurationMs"] = nullptr;
  out["processingStatus"] = processing_of(capture);
  return out;
}

json::object render_whole(const Capture& capture, const Account& account) {
  json::object out = render_session(capture, account);
  out["analysis"] = nullptr;
  out["frames"] = json::array();
  return out;
}

json::object render_status(const Capture& capture) {
  json::object out;
  out["sessionId"] = "sess_" + capture.id;
  out["sessionStatus"] = status_of(capture);
  out["processingStatus"] = processing_of(capture);
  out["processingTime"] = number_of(capture.said.if_contains("processingTime"));
  out["lastError"] = last_error_of(capture);
  return out;
}

json::object render_stats(const std::vector<Capture>& captures) {
  std::int64_t completed = 0;
  std::int64_t duration = 0;
  double processing = 0;
  for (const Capture& capture : captures) {
    if (status_of(capture) != "complete") continue;
    ++completed;
    duration += duration_of(capture);
    processing += static_cast<double>(number_of(capture.said.if_contains("processingTime")));
  }
  json::object out;
  out["totalSessions"] = captures.size();
  out["completedSessions"] = completed;
  out["totalDuration"] = duration;
  out["avgProcessingTime"] =
      completed == 0 ? 0 : static_cast<std::int64_t>(processing / static_cast<double>(completed) + 0.5);
  return out;
}

net::Response render_broken(const std::vector<std::string>& broken) {
  json::array messages;
  for (const std::string& rule : broken) messages.emplace_back(rule);
  json::object body;
  body["statusCode"] = 400;
  body["message"] = std::move(messages);
  body["error"] = "Bad Request";
  return json_response(400, body);
}

net::Response render_error(const base::Error& error) {
  const unsigned status = http_status(error.code);
  json::object body;
  body["statusCode"] = status;
  // Of these two its framework says nothing more.
  if (error.code == errc::unauthenticated) body["message"] = "Unauthorized";
  if (status == 500) body["message"] = "Internal server error";
  if (body.size() == 1) {
    const bool is_capture = error.code == errc::not_found && !error.detail.starts_with("Route ");
    body["message"] = is_capture ? "Session not found" : full_words_of(error);
    body["error"] = net::reason_phrase(status);
  }
  return json_response(status, body);
}

}  // namespace greenroom::api::claude_scope
