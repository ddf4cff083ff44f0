#include "session/manager.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "base/deadline.hpp"
#include "base/ids.hpp"
#include "session/record.hpp"

namespace greenroom::session {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
const json::value* at_path(const json::object& object, const std::vector<std::string>& path) {
  const json::object* here = &object;
  const json::value* value = nullptr;
  for (const std::string& key : path) {
    if (here == nullptr) return nullptr;
    value = here->if_contains(key);
    here = value != nullptr ? value->if_object() : nullptr;
  }
  return value;
}

store::SessionFilter to_rows(const ListFilter& filter) {
  store::SessionFilter rows;
  if (filter.state) rows.state = std::string(word(*filter.state));
  rows.unfinished = filter.live;
  for (const EndReason reason : filter.end_reasons) rows.end_reasons.emplace_back(word(reason));
  if (!filter.project_id.empty()) rows.project_id = filter.project_id;
  rows.metadata_path = filter.metadata_path;
  rows.metadata_value = filter.metadata_value;
  rows.before = filter.before;
  rows.offset = filter.offset;
  rows.limit = filter.limit;
  return rows;
}

AdmissionRules admission_rules(const SessionOptions& options) {
  AdmissionRules rules;
  rules.sessions = options.limit;
  rules.per_key = options.limit_per_key;
  rules.free_memory = options.free_memory;
  rules.queue = options.queue;
  rules.queue_wait = options.queue_wait;
  rules.slot_patience = options.slot_patience;
  return rules;
}
}  // namespace

bool matches(const SessionView& view, const ListFilter& filter) {
  if (!filter.project_id.empty() && view.project_id != filter.project_id) return false;
  if (filter.state && view.state != *filter.state) return false;
  if (filter.live && view.state == State::ended) return false;
  if (!filter.end_reasons.empty()) {
    const bool any = view.end_reason && std::find(filter.end_reasons.begin(), filter.end_reasons.end(),
                                                  *view.end_reason) != filter.end_reasons.end();
    if (!any) return false;
  }
  if (filter.metadata_path.empty()) return true;
  const json::value* value =
      view.user_metadata ? at_path(*view.user_metadata, filter.metadata_path) : nullptr;
  return value != nullptr && value->is_string() && value->get_string() == filter.metadata_value;
}

SessionManager::SessionManager(const base::Executor& executor, SessionOptions options, Services services)
    : executor_(executor),
      options_(std::move(options)),
      services_(std::move(services)),
      gate_(
          executor, admission_rules(options_), services_.clock, [this] { return admission_facts(); },
          services_.log),
      measure_timer_(executor),
      one_gone_(executor),
      tasks_(executor) {
  services_.on_change = [this](SharedView changed) {
    const bool has_ended = changed->state == State::ended;
    remember(std::move(changed));
    if (has_ended) gate_.look_again();
  };
}

SessionManager::~SessionManager() = default;

Task<Result<void>> SessionManager::recover(FinishRecording finish_recording) {
  auto unfinished = co_await services_.rows.unfinished();
  if (!unfinished) co_return unfinished.error();
  for (const store::SessionRecord& record : *unfinished) {
    SessionView view = to_view(record);
    view.state = State::ended;
    view.end_reason = EndReason::lost_on_restart;
    view.ended_at = view.updated_at = services_.clock.wall();
    if (view.recorded) {
      const auto finished = co_await finish_recording(view.id);
      view.recording = finished ? RecordingState::ready : RecordingState::failed;
      view.recording_error = finished ? "" : recording_failure(finished.error());
    }
    auto saved = co_await services_.rows.update(to_record(view));
    if (!saved) co_return saved.error();
    ++ended_[EndReason::lost_on_restart];
    services_.log.info("session ended", {{"session", view.id}, {"reason", word(EndReason::lost_on_restart)}});
  }
  store::SessionFilter newest;
  newest.limit = options_.kept_in_memory + 1;
  auto rows = co_await services_.rows.list(newest);
  if (!rows) co_return rows.error();
  knows_all_ = rows->size() <= options_.kept_in_memory;
  if (!knows_all_) rows->pop_back();
  std::reverse(rows->begin(), rows->end());
  for (const store::SessionRecord& record : *rows) {
    SessionView view = to_view(record);
    // A recording that was being finished when the daemon died is as finished as it will be.
    if (view.recording == RecordingState::finalizing || view.recording == RecordingState::recording) {
      const auto finished = co_await finish_recording(view.id);
      view.recording = finished ? RecordingState::ready : RecordingState::failed;
      view.recording_error = finished ? "" : recording_failure(finished.error());
      auto saved = co_await services_.rows.update(to_record(view));
      if (!saved) co_return saved.error();
    }
    remember(std::make_shared<const SessionView>(std::move(view)));
  }
  co_return Result<void>();
}

Result<void> SessionManager::check(const SessionSpec& spec) const {
  if (spec.viewport && !is_viewport(*spec.viewport))
    return Error{errc::invalid_argument, "a viewport is from 64x64 to 4096x4096 pixels"};
  if (spec.record_fps && (*spec.record_fps < 1 || *spec.record_fps > 60))
    return Error{errc::invalid_argument, "a recording has from 1 to 60 pictures a second"};
  if (spec.max_age && (spec.max_age->count() <= 0 || *spec.max_age > options_.longest_age))
    return Error{
        errc::invalid_argument,
        "a session may last at most " + std::to_string(options_.longest_age.count() / 1000) + " seconds"};
  return {};
}

SessionView SessionManager::first_view(const SessionSpec& spec) const {
  SessionView view;
  view.id = base::make_uuid();
  view.project_id = spec.project_id;
  view.project_label = spec.project_label;
  view.dialect = spec.dialect;
  view.region = spec.region;
  view.created_at = view.started_at = view.updated_at = services_.clock.wall();
  view.expires_at = view.started_at + spec.max_age.value_or(options_.lifetime.max_age);
  view.keep_alive = spec.on_disconnect == DisconnectPolicy::keep;
  view.user_metadata = spec.user_metadata;
  view.echo = spec.echo;
  view.viewport = spec.viewport.value_or(options_.viewport);
  view.headless = spec.headless.value_or(options_.headless);
  view.recorded = spec.record && options_.recording;
  view.logged = spec.log && options_.timeline;
  view.recording = view.recorded ? RecordingState::recording : RecordingState::disabled;
  return view;
}

Task<Result<SharedView>> SessionManager::create(SessionSpec spec) {
  if (draining_) co_return Error{errc::unavailable, "the daemon is stopping"};
  if (auto fits = check(spec); !fits) co_return fits.error();
  if (services_.check_room)
    if (auto room = services_.check_room(); !room) co_return room.error();
  Companions companions;
  if (services_.make_companions) {
    auto made = co_await services_.make_companions(spec);
    if (!made) co_return made.error();
    companions = std::move(*made);
  }
  std::string key = spec.key_id;
  if (auto admitted = co_await gate_.pass(key); !admitted) co_return admitted.error();
  SessionView view = first_view(spec);
  const std::string id = view.id;
  auto session = std::make_unique<Session>(executor_, std::move(view), std::move(spec), options_, services_);
  session->carry(std::move(companions));
  remember(session->view());
  live_.emplace(id, std::move(session));
  ++created_;
  tasks_.spawn(run_session(id, std::move(key)));
  co_return co_await settle(id);
}

Admission::Facts SessionManager::admission_facts() const {
  Admission::Facts facts;
  facts.now = services_.clock.steady();
  for (const auto& [id, session] : live_) {
    const SharedView view = session->view();
    if (view->ended_at) ++facts.ending;
    if (view->state == State::starting) ++facts.starting;
  }
  if (options_.free_memory.count > 0 && services_.free_memory) facts.free_memory = services_.free_memory();
  return facts;
}

void SessionManager::stop_creating() {
  draining_ = true;
  gate_.close();
}

void SessionManager::resume_creating() {
  draining_ = ending_all_;
  if (!draining_) gate_.open();
}

Task<Result<SharedView>> SessionManager::settle(std::string id) {
  co_await base::keep_running_when_cancelled();
  const std::optional<Use> session = use(id);
  if (!session) co_return Error{errc::gone, id};
  co_await (*session)->settled();
  const SharedView view = (*session)->view();
  if (view->state == State::running) co_return view;
  if (view->state == State::starting) {
    // Cancelled: whoever asked has hung up.
    (*session)->request_end(EndReason::client_disconnected);
    co_return Error{errc::closed, "the client has gone"};
  }
  switch (view->end_reason.value_or(EndReason::launch_failed)) {
    case EndReason::launch_timeout:
      co_return Error{errc::launch_timeout, id};
    case EndReason::storage_full:
      co_return Error{errc::storage_full, id};
    case EndReason::drained:
      co_return Error{errc::unavailable, "the daemon is stopping"};
    default:
      co_return Error{errc::launch_failed, id};
  }
}

void SessionManager::remember(SharedView view) {
  auto [entry, is_new] = known_.insert_or_assign(view->id, view);
  if (!is_new) return;
  order_.push_back(view->id);
  forget_oldest();
}

void SessionManager::forget_oldest() {
  std::size_t looked_at = 0;
  while (order_.size() > options_.kept_in_memory && looked_at++ < order_.size()) {
    std::string id = std::move(order_.front());
    order_.pop_front();
    if (live_.contains(id)) {
      order_.push_back(std::move(id));  // a live one stays, however old
      continue;
    }
    known_.erase(id);
    knows_all_ = false;
  }
}

void SessionManager::forget(const std::string& id) {
  if (live_.contains(id) || known_.erase(id) == 0) return;
  std::erase(order_, id);
}

SharedView SessionManager::find_now(std::string_view id) const {
  const auto found = known_.find(std::string(id));
  return found == known_.end() ? nullptr : found->second;
}

Task<Result<SharedView>> SessionManager::find(std::string id) {
  if (!base::is_uuid(id)) co_return Error{errc::not_found, "session"};
  if (SharedView known = find_now(id)) co_return known;
  if (knows_all_) co_return Error{errc::not_found, "session"};
  auto row = co_await services_.rows.find(id);
  if (!row) co_return row.error();
  co_return std::make_shared<const SessionView>(to_view(*row));
}

/// Those that have not ended are always in memory.
bool SessionManager::knows_all(const ListFilter& filter) const {
  return knows_all_ || filter.live || (filter.state && *filter.state != State::ended);
}

Task<Result<std::vector<SharedView>>> SessionManager::list(ListFilter filter) {
  std::vector<SharedView> out;
  if (knows_all(filter)) {
    auto id = order_.rbegin();
    if (!filter.before.empty()) {
      id = std::find(order_.rbegin(), order_.rend(), filter.before);
      if (id != order_.rend()) ++id;
    }
    std::size_t left_out = 0;
    for (; id != order_.rend() && out.size() < filter.limit; ++id) {
      const SharedView& view = known_.at(*id);
      if (matches(*view, filter) && ++left_out > filter.offset) out.push_back(view);
    }
    co_return out;
  }
  auto found = co_await services_.rows.list(to_rows(filter));
  if (!found) co_return found.error();
  for (const store::SessionRecord& record : *found) {
    SharedView now = find_now(record.id);  // newer than the row
    out.push_back(now ? std::move(now) : std::make_shared<const SessionView>(to_view(record)));
  }
  co_return out;
}

Task<Result<std::size_t>> SessionManager::count(ListFilter filter) {
  if (!knows_all(filter)) co_return co_await services_.rows.count(to_rows(filter));
  co_return static_cast<std::size_t>(std::count_if(
      known_.begin(), known_.end(), [&](const auto& item) { return matches(*item.second, filter); }));
}

Task<Result<SharedView>> SessionManager::end(std::string id, EndReason reason) {
  if (const std::optional<Use> session = use(id)) {
    (*session)->request_end(reason);
    co_await (*session)->final();
    co_return (*session)->view();
  }
  co_return co_await find(std::move(id));
}

Task<Result<SharedView>> SessionManager::extend(std::string id, base::Milliseconds more) {
  if (const std::optional<Use> session = use(id)) co_return co_await (*session)->extend(more);
  auto found = co_await find(std::move(id));
  if (!found) co_return found.error();
  co_return Error{errc::gone, "the session has ended"};
}

std::optional<Use> SessionManager::use(std::string_view id) {
  const auto found = live_.find(std::string(id));
  if (found == live_.end()) return std::nullopt;
  return std::optional<Use>(std::in_place, *found->second);
}

Task<bool> SessionManager::recording_settled(std::string id, base::Milliseconds limit) {
  const std::optional<Use> session = use(id);
  if (!session) co_return true;
  co_return co_await base::finishes_within((*session)->recording_settled(), limit);
}

void SessionManager::stop_recordings(const std::string& failure) {
  for (auto& [id, session] : live_) session->stop_recording(failure);
}

Task<Result<void>> SessionManager::forget_recording(std::string id, std::string failure) {
  if (live_.contains(id)) co_return Error{errc::conflict, "the session has not ended"};
  auto view = co_await find(id);
  if (!view) co_return view.error();
  SessionView next = **view;
  if (next.recording == RecordingState::disabled) co_return Result<void>();
  next.recording = RecordingState::failed;
  next.recording_error = std::move(failure);
  auto saved = co_await services_.rows.update(to_record(next));
  if (!saved) co_return saved.error();
  if (known_.contains(id)) remember(std::make_shared<const SessionView>(std::move(next)));
  co_return Result<void>();
}

void SessionManager::request_end_all(EndReason reason) {
  for (auto& [id, session] : live_) session->request_end(reason);
}

Task<void> SessionManager::end_all(EndReason reason) {
  stop_creating();
  ending_all_ = true;
  measure_timer_.cancel();
  request_end_all(reason);
  co_await tasks_.join();
}

Task<bool> SessionManager::wait_until_gone(std::string id, base::Milliseconds limit) {
  const base::SteadyTime deadline = services_.clock.steady() + limit;
  while (live_.contains(id)) {
    const auto left = deadline - services_.clock.steady();
    if (left.count() <= 0) co_return false;
    (void)co_await base::finishes_within(one_gone_.wait(), left);
  }
  co_return true;
}

Task<bool> SessionManager::wait_until_empty(base::Milliseconds limit) {
  const base::SteadyTime deadline = services_.clock.steady() + limit;
  while (!live_.empty()) {
    const auto left = deadline - services_.clock.steady();
    if (left.count() <= 0) co_return false;
    (void)co_await base::finishes_within(one_gone_.wait(), left);
  }
  co_return true;
}

}  // namespace greenroom::session
