#include "daemon/session_core.hpp"

#include <algorithm>
#include <filesystem>
#include <sys/stat.h>

#include <boost/json.hpp>

#include "base/ids.hpp"
#include "recorder/archive.hpp"
#include "recorder/dom_archive.hpp"
#include "recorder/finish_interrupted.hpp"
#include "recorder/player.hpp"
#include "session/timeline_mask.hpp"

namespace greenroom::daemon {

using base::errc;
using base::Error;
using session::RecordingState;

namespace {
constexpr base::Milliseconds recording_patience{5'000};  // for a recording that is being finished
constexpr std::size_t log_chunk = 2'000;                 // rows a read
constexpr std::size_t failed_bound = 1'000;              // remembered failures
constexpr const char* mp4_name = "/recording.mp4";
const Error ended{errc::gone, "the session has ended"};
}  // namespace

SessionCore::SessionCore(const base::Executor& executor, SessionCoreParts parts)
    : parts_(std::move(parts)),
      pages_(parts_.sessions),
      captures_(*this, parts_.captures, parts_.preferences),
      tasks_(executor) {}

Task<Result<api::SharedView>> SessionCore::create(session::SessionSpec spec) {
  return parts_.sessions.create(std::move(spec));
}
api::SharedView SessionCore::find_now(std::string_view id) const { return parts_.sessions.find_now(id); }
Task<Result<api::SharedView>> SessionCore::find(std::string id) {
  return parts_.sessions.find(std::move(id));
}
Task<Result<std::vector<api::SharedView>>> SessionCore::list(session::ListFilter filter) {
  return parts_.sessions.list(std::move(filter));
}
Task<Result<std::size_t>> SessionCore::count(session::ListFilter filter) {
  return parts_.sessions.count(std::move(filter));
}
Task<Result<api::SharedView>> SessionCore::end(std::string id, session::EndReason reason) {
  return parts_.sessions.end(std::move(id), reason);
}

Task<Result<api::SharedView>> SessionCore::resize(std::string id, browser::Size viewport) {
  const auto session = parts_.sessions.use(id);
  if (!session) co_return ended;
  auto resized = co_await (*session)->resize(viewport);
  if (!resized) co_return resized.error();
  co_return (*session)->view();
}

void SessionCore::touch(std::string_view id) {
  if (const auto session = parts_.sessions.use(id)) (*session)->touch();
}

Task<Result<std::vector<session::Cookie>>> SessionCore::cookies(std::string id) {
  const auto session = parts_.sessions.use(id);
  if (!session) co_return ended;
  co_return co_await (*session)->cookies();
}

Task<Result<void>> SessionCore::set_cookies(std::string id, std::vector<session::Cookie> cookies) {
  const auto session = parts_.sessions.use(id);
  if (!session) co_return ended;
  co_return co_await (*session)->set_cookies(std::move(cookies));
}

void SessionCore::abandon(std::string_view id) {
  if (const auto session = parts_.sessions.use(id))
    (*session)->request_end(session::EndReason::client_disconnected);
}

Task<Result<api::SharedView>> SessionCore::extend(std::string id, base::Milliseconds more) {
  return parts_.sessions.extend(std::move(id), more);
}

session::Deadlines SessionCore::deadlines(std::string_view id) {
  const auto session = parts_.sessions.use(id);
  return session ? (*session)->deadlines() : session::Deadlines{};
}

api::DrainFacts SessionCore::drain_facts() const {
  return {parts_.sessions.is_draining(), parts_.sessions.live()};
}

void SessionCore::drain() {
  const bool is_new = !parts_.sessions.is_draining();
  parts_.sessions.stop_creating();
  if (is_new) tasks_.spawn(end_after_drain(++drains_));
}

void SessionCore::resume() { parts_.sessions.resume_creating(); }

/// The daemon goes on: what was recorded can be looked at until somebody stops it.
Task<void> SessionCore::end_after_drain(int drain) {
  co_await base::keep_running_when_cancelled();
  (void)co_await parts_.sessions.wait_until_empty(parts_.drain_deadline);
  // Resumed meanwhile, or drained anew: then another wait counts.
  if (drain == drains_ && parts_.sessions.is_draining())
    parts_.sessions.request_end_all(session::EndReason::drained);
}

Task<Result<std::vector<cdp::TargetInfo>>> SessionCore::targets(std::string id) {
  const auto session = parts_.sessions.use(id);
  if (!session) co_return ended;
  co_return co_await (*session)->targets();
}

Result<api::json::object> SessionCore::browser_version(std::string_view id) {
  const auto session = parts_.sessions.use(id);
  if (!session) return ended;
  return (*session)->browser_version();
}

Task<Result<std::string>> SessionCore::picture(std::string id) {
  const auto session = parts_.sessions.use(id);
  if (!session) co_return ended;
  auto picture = co_await (*session)->picture();
  if (!picture) co_return picture.error();
  co_return std::move(picture->jpeg);
}

Task<void> SessionCore::serve_client(std::string id, std::unique_ptr<net::MessageStream> stream,
                                     session::ClientOptions options) {
  // Ended between the handshake's answer and now: the client hears it from the websocket.
  const auto session = parts_.sessions.use(id);
  if (session) co_return co_await (*session)->serve_client(std::move(stream), std::move(options));
  stream->close({1001, "the session has ended"});
  for (;;) {
    const auto message = co_await stream->read();
    if (!message) co_return;
  }
}

Task<Result<std::vector<api::LogEvent>>> SessionCore::log(std::string id) {
  auto all = co_await timeline(std::move(id), api::LogQuery());
  if (!all) co_return all.error();
  std::erase_if(*all, [](const api::LogEvent& event) { return session::kind_of(event.method) == "marker"; });
  co_return all;
}

Task<Result<std::vector<api::LogEvent>>> SessionCore::timeline(std::string id, api::LogQuery query) {
  if (const auto session = parts_.sessions.use(id)) co_await (*session)->flush_timeline();
  std::vector<api::LogEvent> out;
  while (out.size() < query.limit) {
    const std::size_t count = std::min(log_chunk, query.limit - out.size());
    auto read = query.only_markers ? parts_.timeline.read_markers(id, query.after, count)
                                   : parts_.timeline.read(id, query.after, count);
    auto rows = co_await std::move(read);
    if (!rows) co_return rows.error();
    for (store::TimelineEvent& row : *rows)
      out.push_back({row.seq, row.at_ms, row.page_index, std::move(row.method), std::move(row.params),
                     std::move(row.target)});
    if (rows->size() < count) break;
    query.after = out.back().seq;
  }
  co_return out;
}

std::string SessionCore::directory_of(std::string_view id) const {
  return parts_.recordings_directory + "/" + std::string(id);
}

Task<Result<api::RecordingFacts>> SessionCore::recording(std::string id) {
  auto view = co_await parts_.sessions.find(id);
  if (!view) co_return view.error();
  if ((*view)->recording == RecordingState::finalizing) {
    (void)co_await parts_.sessions.recording_settled(id, recording_patience);
    view = co_await parts_.sessions.find(id);
    if (!view) co_return view.error();
  }
  api::RecordingFacts facts;
  facts.state = (*view)->recording;
  facts.error = (*view)->recording_error;
  if (!(*view)->recorded) co_return facts;
  const auto writing = parts_.sessions.use(id);
  // While it is written, the end of an index may be torn and its beginning may not be there yet.
  auto read = [directory = directory_of(id), is_over = !writing] {
    return is_over ? recorder::read_finished_index(directory) : recorder::read_index(directory);
  };
  auto index = co_await parts_.files.run(std::move(read));
  if (index) facts.index = std::move(*index);
  if (writing) facts.live = (*writing)->recording_edge();
  if (!index && index.error().code != errc::not_found) co_return index.error();
  co_return facts;
}

Task<void> SessionCore::recording_grows(std::string id, base::Milliseconds limit) {
  if (const auto session = parts_.sessions.use(id)) co_await (*session)->recording_grows(limit);
}

Task<Result<std::vector<recorder::TabTrack>>> SessionCore::tracks(std::string id,
                                                                  recorder::RecordingIndex index) {
  api::LogQuery query;
  query.only_markers = true;
  auto markers = co_await timeline(std::move(id), query);
  if (!markers) co_return markers.error();
  std::vector<recorder::TabShown> shown;
  for (const api::LogEvent& marker : *markers)
    if (marker.method == "tab.shown")
      shown.push_back({base::WallTime(base::Milliseconds(marker.at_ms)), marker.page_index});
  co_return recorder::cut_tracks(index, shown);
}

Result<std::string> SessionCore::recording_file(std::string_view id, std::string_view name) const {
  if (!base::is_uuid(id) || !recorder::is_media_name(name)) return Error{errc::not_found, "no such part"};
  std::string path = directory_of(id) + "/" + std::string(name);
  // Live players fetch parts of the segment that is being written.
  std::error_code none;
  if (!std::filesystem::exists(path, none)) path += recorder::open_file_suffix;
  return path;
}

Task<Result<std::string>> SessionCore::dom_events(std::string id, std::optional<int> tab, std::string extra) {
  if (!base::is_uuid(id)) co_return Error{errc::not_found, "session"};
  // Right after its end the last events are still being gathered.
  const api::SharedView view = find_now(id);
  if (view && view->state == session::State::ended)
    (void)co_await parts_.sessions.recording_settled(id, recording_patience);
  auto read = [directory = parts_.dom_directory + "/" + id,
               tab = tab.value_or(recorder::first_tab_with_pictures),
               extra = std::move(extra)]() -> Result<std::string> {
    auto events = recorder::read_dom_events(directory, tab, extra);
    if (!events && events.error().code == errc::not_found) return std::string("[]");
    return events;
  };
  co_return co_await parts_.files.run(std::move(read));
}

Task<Result<std::string>> SessionCore::check_finished(const std::string& id) {
  auto facts = co_await recording(id);
  if (!facts) co_return facts.error();
  if (facts->state == RecordingState::recording || facts->state == RecordingState::finalizing)
    co_return Error{errc::conflict, facts->state == RecordingState::recording
                                        ? "the session is still being recorded"
                                        : "the recording is being finished; ask again in a moment"};
  if (facts->index.segments.empty())
    co_return Error{errc::not_found, "there is no recording of this session"};
  co_return directory_of(id);
}

Task<Result<std::string>> SessionCore::recording_mp4(std::string id) {
  auto directory = co_await check_finished(id);
  if (!directory) co_return directory.error();
  co_return co_await parts_.muxer.make_mp4(std::move(*directory));
}

Task<Result<void>> SessionCore::request_mp4(std::string id) {
  auto directory = co_await check_finished(id);
  if (!directory) co_return directory.error();
  const auto known = mp4s_.find(id);
  if (known != mp4s_.end() && known->second == api::Mp4State::pending) co_return Result<void>();
  if (mp4s_.size() > failed_bound)
    std::erase_if(mp4s_, [](const auto& item) { return item.second == api::Mp4State::failed; });
  mp4s_[id] = api::Mp4State::pending;
  tasks_.spawn(make_mp4(id, std::move(*directory)));
  co_return Result<void>();
}

Task<void> SessionCore::make_mp4(std::string id, std::string directory) {
  const auto made = co_await parts_.muxer.make_mp4(std::move(directory));
  if (made)
    mp4s_.erase(id);
  else
    mp4s_[id] = api::Mp4State::failed;
}

Task<Result<void>> SessionCore::erase_recording(std::string id) {
  mp4s_.erase(id);
  return parts_.keeper.erase_recording(std::move(id));
}

api::Mp4Facts SessionCore::mp4_facts(std::string_view id) const {
  api::Mp4Facts facts;
  if (const auto known = mp4s_.find(id); known != mp4s_.end()) {
    facts.state = known->second;
    return facts;
  }
  struct stat file {};
  if (!base::is_uuid(id) || ::stat((directory_of(id) + mp4_name).c_str(), &file) != 0) return facts;
  facts.state = api::Mp4State::ready;
  facts.made_at = base::WallTime(std::chrono::seconds(file.st_mtim.tv_sec));
  return facts;
}

Task<Result<api::ProjectUsage>> SessionCore::usage(std::string project_id) {
  auto usage = co_await parts_.rows.usage(std::move(project_id), now());
  if (!usage) co_return usage.error();
  co_return api::ProjectUsage{usage->minutes, usage->proxy_bytes};
}

}  // namespace greenroom::daemon
