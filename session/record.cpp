#include "session/record.hpp"

#include <algorithm>

#include <boost/json.hpp>

namespace greenroom::session {

namespace {
std::optional<json::object> parse_object(const std::string& text) {
  if (text.empty()) return std::nullopt;
  boost::system::error_code failure;
  json::value value = json::parse(text, failure);
  if (failure || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

/// 0 when it is missing or no count.
std::int64_t count_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? std::max<std::int64_t>(0, value->get_int64()) : 0;
}
}  // namespace

store::SessionRecord to_record(const SessionView& view) {
  store::SessionRecord record;
  record.id = view.id;
  record.project_id = view.project_id;
  record.created_at = view.created_at;
  record.started_at = view.started_at;
  record.updated_at = view.updated_at;
  record.expires_at = view.expires_at;
  record.ended_at = view.ended_at;
  record.state = word(view.state);
  if (view.end_reason) record.end_reason = word(*view.end_reason);
  record.keep_alive = view.keep_alive;
  record.region = view.region;
  if (view.user_metadata) record.user_metadata = json::serialize(*view.user_metadata);
  record.dialect = view.dialect;
  record.viewport_width = view.viewport.width;
  record.viewport_height = view.viewport.height;
  record.headless = view.headless;
  record.recorded = view.recorded;
  record.logged = view.logged;
  record.recording_state = word(view.recording);
  record.recording_error = view.recording_error;
  record.proxy_bytes = view.proxy_bytes;
  json::object more;
  if (!view.project_label.empty()) more["projectLabel"] = view.project_label;
  if (view.echo) more["echo"] = *view.echo;
  if (view.cpu.count() > 0) more["cpuMs"] = view.cpu.count();
  if (view.memory.count > 0) more["memory"] = view.memory.count;
  if (!more.empty()) record.spec = json::serialize(more);
  return record;
}

SessionView to_view(const store::SessionRecord& record) {
  SessionView view;
  view.id = record.id;
  view.project_id = record.project_id;
  view.dialect = record.dialect;
  view.region = record.region;
  view.state = state_of(record.state).value_or(State::ended);
  if (view.state == State::ended)
    view.end_reason = end_reason_of(record.end_reason).value_or(EndReason::lost_on_restart);
  view.created_at = record.created_at;
  view.started_at = record.started_at;
  view.updated_at = record.updated_at;
  view.expires_at = record.expires_at;
  view.ended_at = record.ended_at;
  view.keep_alive = record.keep_alive;
  view.user_metadata = parse_object(record.user_metadata);
  if (const auto more = parse_object(record.spec)) {
    const json::value* label = more->if_contains("projectLabel");
    if (label != nullptr && label->is_string()) view.project_label = label->get_string();
    const json::value* echo = more->if_contains("echo");
    if (echo != nullptr && echo->is_object()) view.echo = echo->get_object();
    view.cpu = base::Milliseconds(count_in(*more, "cpuMs"));
    view.memory.count = static_cast<std::uint64_t>(count_in(*more, "memory"));
  }
  view.viewport = {record.viewport_width, record.viewport_height};
  view.headless = record.headless;
  view.recorded = record.recorded;
  view.logged = record.logged;
  view.recording = recording_state_of(record.recording_state).value_or(RecordingState::failed);
  view.recording_error = record.recording_error;
  view.proxy_bytes = record.proxy_bytes;
  return view;
}

}  // namespace greenroom::session
