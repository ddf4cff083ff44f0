#include "daemon/captures.hpp"

#include <algorithm>
#include <tuple>

#include <boost/json.hpp>

#include "base/ids.hpp"

namespace greenroom::daemon {

namespace json = boost::json;
using base::errc;
using base::Error;
using base::Result;
using base::Task;
using session::RecordingState;

namespace {
constexpr int most_tries = 5;  // of ids; one that is taken is one in 10^12

Result<json::object> object_of(std::string_view text) {
  boost::system::error_code failure;
  json::value value = json::parse(text, failure);
  if (failure || !value.is_object()) return Error{errc::io, "the store: a text that should be an object"};
  return std::move(value.get_object());
}

/// Nothing is added to its timeline and its recording any more: the recording settles last.
bool is_settled(const session::SessionView& view) {
  return view.state == session::State::ended && view.recording != RecordingState::recording &&
         view.recording != RecordingState::finalizing;
}

/// Its session may have been pruned between two looks; then it is gone as well.
bool is_gone(const Error& error) { return error.code == errc::not_found; }
}  // namespace

/// A session that was recorded since the last list has no row yet, so its own id asks for one.
Task<Result<store::CaptureRecord>> KeptCaptures::find_row(std::string project_id, std::string id) {
  if (base::is_uuid(id)) {
    auto adopted = co_await rows_.adopt(project_id);
    if (!adopted) co_return adopted.error();
  }
  co_return co_await rows_.find(std::move(project_id), std::move(id));
}

/// The row, and its session's view without anything that has to be read.
Task<Result<api::Capture>> KeptCaptures::capture_of(store::CaptureRecord row) {
  api::Capture out;
  out.id = row.id;
  out.created_at = row.created_at;
  out.updated_at = row.updated_at;
  auto said = object_of(row.said);
  if (!said) co_return said.error();
  out.said = std::move(*said);
  if (row.session_id.empty()) co_return out;
  auto view = co_await core_.find(row.session_id);
  if (!view) co_return view.error();
  out.session = std::move(*view);
  out.updated_at = std::max(row.updated_at, out.session->updated_at);
  if (auto found = api::facts_from(row.found)) out.facts = std::move(*found);
  co_return out;
}

/// Reads what has not been kept, and keeps it if it is final.
Task<Result<void>> KeptCaptures::look_up(store::CaptureRecord row, api::Capture& capture) {
  if (!capture.session || !row.found.empty()) co_return Result<void>();
  // The view is older than what is read below: what was settled then is settled in it.
  const bool is_final = is_settled(*capture.session);
  api::LogQuery query;
  query.only_markers = true;
  auto markers = co_await core_.timeline(row.session_id, query);
  if (!markers) co_return markers.error();
  capture.facts = api::facts_of(*markers);
  if (!is_final) co_return Result<void>();
  auto recording = co_await core_.recording(row.session_id);
  // One that cannot be read must not take the whole list with it. The next look tries again.
  if (!recording) co_return is_gone(recording.error()) ? Result<void>(recording.error()) : Result<void>();
  capture.facts.duration = recording->index.duration();
  co_return co_await rows_.keep_found(std::move(row.id), api::to_text(capture.facts));
}

Task<Result<api::Capture>> KeptCaptures::whole_capture_of(store::CaptureRecord row) {
  auto capture = co_await capture_of(row);
  if (!capture) co_return capture.error();
  auto looked = co_await look_up(std::move(row), *capture);
  if (!looked) co_return looked.error();
  co_return capture;
}

Task<Result<std::vector<api::Capture>>> KeptCaptures::list(std::string project_id, std::size_t limit) {
  auto adopted = co_await rows_.adopt(project_id);
  if (!adopted) co_return adopted.error();
  auto rows = co_await rows_.list(std::move(project_id));
  if (!rows) co_return rows.error();
  struct Item {
    store::CaptureRecord row;
    api::Capture capture;
  };
  std::vector<Item> items;
  for (store::CaptureRecord& row : *rows) {
    auto capture = co_await capture_of(row);
    if (!capture && is_gone(capture.error())) continue;
    if (!capture) co_return capture.error();
    Item item{std::move(row), std::move(*capture)};
    items.push_back(std::move(item));
  }
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    return std::tie(b.capture.updated_at, b.capture.created_at, b.capture.id) <
           std::tie(a.capture.updated_at, a.capture.created_at, a.capture.id);
  });
  std::vector<api::Capture> out;
  for (std::size_t i = 0; i < items.size() && out.size() < limit; ++i) {
    auto looked = co_await look_up(std::move(items[i].row), items[i].capture);
    if (!looked && is_gone(looked.error())) continue;
    if (!looked) co_return looked.error();
    out.push_back(std::move(items[i].capture));
  }
  co_return out;
}

Task<Result<api::Capture>> KeptCaptures::find(std::string project_id, std::string id) {
  auto row = co_await find_row(std::move(project_id), std::move(id));
  if (!row) co_return row.error();
  co_return co_await whole_capture_of(std::move(*row));
}

Task<Result<api::Capture>> KeptCaptures::make(std::string project_id, json::object said) {
  store::CaptureRecord row;
  row.project_id = std::move(project_id);
  row.created_at = row.updated_at = core_.now();
  row.said = json::serialize(said);
  for (int tried = 1;; ++tried) {
    row.id = base::make_short_id();
    auto inserted = co_await rows_.insert(row);
    if (inserted) break;
    if (inserted.error().code != errc::conflict || tried == most_tries) co_return inserted.error();
  }
  co_return co_await capture_of(std::move(row));
}

Task<Result<api::Capture>> KeptCaptures::change(std::string project_id, std::string id, json::object said) {
  auto row = co_await find_row(std::move(project_id), std::move(id));
  if (!row) co_return row.error();
  auto changed = co_await rows_.change(std::move(row->id), json::serialize(said), core_.now());
  if (!changed) co_return changed.error();
  co_return co_await whole_capture_of(std::move(*changed));
}

Task<Result<void>> KeptCaptures::erase(std::string project_id, std::string id) {
  auto row = co_await find_row(std::move(project_id), std::move(id));
  if (!row) co_return row.error();
  // With the session's row goes the capture's (the store's foreign key).
  if (!row->session_id.empty()) co_return co_await core_.erase(std::move(row->session_id));
  co_return co_await rows_.remove(std::move(row->id));
}

Task<Result<json::object>> KeptCaptures::preferences(std::string project_id, std::string name) {
  auto text = co_await preferences_.find(std::move(project_id), std::move(name));
  if (!text) co_return text.error();
  co_return object_of(*text);
}

Task<Result<json::object>> KeptCaptures::prefer(std::string project_id, std::string name, json::object said) {
  auto text = co_await preferences_.change(std::move(project_id), std::move(name), json::serialize(said));
  if (!text) co_return text.error();
  co_return object_of(*text);
}

}  // namespace greenroom::daemon
