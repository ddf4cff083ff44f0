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

void add(cdp::SwitchboardCounters& sum, const cdp::SwitchboardCounters& more) {
  sum.messages_from_clients += more.messages_from_clients;
  sum.bytes_from_clients += more.bytes_from_clients;
  sum.messages_to_clients += more.messages_to_clients;
  sum.bytes_to_clients += more.bytes_to_clients;
}

void add(RecorderNumbers& sum, const recorder::EncoderStats& more) {
  sum.frames += static_cast<std::uint64_t>(more.encoded);
  sum.drops += static_cast<std::uint64_t>(more.dropped);
  sum.lag_seconds = std::max(sum.lag_seconds, static_cast<double>(more.lag.count()) / 1000);
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
      one_gone_(executor),
      tasks_(executor) {
  services_.on_change = [this](SharedView changed) { remember(std::move(changed)); };
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
      view.recording_error = finished ? "" : finished.error().message();
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
      view.recording_error = finished ? "" : finished.error().message();
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
  if (auto admitted = co_await admit(); !admitted) co_return admitted.error();
  SessionView view = first_view(spec);
  const std::string id = view.id;
  auto session = std::make_unique<Session>(executor_, std::move(view), std::move(spec), options_, services_);
  remember(session->view());
  live_.emplace(id, std::move(session));
  ++created_;
  tasks_.spawn(run_session(id));
  co_return co_await settle(id);
}

Task<Result<void>> SessionManager::admit() {
  const base::SteadyTime deadline = services_.clock.steady() + options_.slot_patience;
  while (live_.size() >= options_.limit) {
    const bool one_is_ending = std::any_of(live_.begin(), live_.end(), [](const auto& item) {
      return item.second->view()->ended_at.has_value();
    });
    const auto left = deadline - services_.clock.steady();
    if (!one_is_ending || left.count() <= 0) {
      ++refused_;
      co_return Error{errc::limit_reached, std::to_string(options_.limit)};
    }
    (void)co_await base::finishes_within(one_gone_.wait(), left);
    if (draining_) co_return Error{errc::unavailable, "the daemon is stopping"};
  }
  co_return Result<void>();
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

Task<void> SessionManager::run_session(std::string id) {
  Session& session = *live_.at(id);
  co_await session.run();
  const SharedView view = session.view();
  ++ended_[view->end_reason.value_or(EndReason::browser_crashed)];
  if (session.launch_time()) {
    ++launches_.count;
    launches_.sum += static_cast<std::uint64_t>(session.launch_time()->count());
  } else {
    ++launches_.failed;
  }
  add(past_cdp_, session.counters());
  add(past_recorder_, session.recorder_stats());
  live_.erase(id);
  one_gone_.notify_all();
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

Task<void> SessionManager::end_all(EndReason reason) {
  draining_ = true;
  for (auto& [id, session] : live_) session->request_end(reason);
  co_await tasks_.join();
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

ManagerNumbers SessionManager::numbers() const {
  ManagerNumbers numbers;
  numbers.created = created_;
  numbers.refused = refused_;
  numbers.ended = ended_;
  numbers.launches = launches_;
  numbers.cdp = past_cdp_;
  numbers.recorder = past_recorder_;
  numbers.recorder.lag_seconds = 0;
  for (const auto& [id, session] : live_) {
    const State state = session->view()->state;
    ++(state == State::starting  ? numbers.starting
       : state == State::running ? numbers.running
                                 : numbers.ending);
    numbers.clients += session->clients();
    add(numbers.cdp, session->counters());
    add(numbers.recorder, session->recorder_stats());
    if (session->is_recording()) ++numbers.recorder.active;
  }
  return numbers;
}

}  // namespace greenroom::session
