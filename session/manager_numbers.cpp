// What the manager counts and measures: totals for metrics, and what sessions' processes take.
#include <algorithm>

#include "session/manager.hpp"

namespace greenroom::session {

using base::Task;

namespace {
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

Task<void> SessionManager::run_session(std::string id, std::string key) {
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
  past_cpu_ += session.usage().cpu;
  live_.erase(id);
  gate_.release(key);
  one_gone_.notify_all();
}

void SessionManager::start_measuring() {
  if (services_.measure) tasks_.spawn(measure_regularly());
}

Task<void> SessionManager::measure_regularly() {
  co_await base::keep_running_when_cancelled();
  while (!ending_all_) {
    measure_timer_.expires_after(options_.measure_interval);
    (void)co_await measure_timer_.async_wait(base::use_tuple);
    if (!ending_all_ && !live_.empty()) co_await measure();
  }
}

/// All at once: reading /proc costs the same for one session and for forty.
Task<void> SessionManager::measure() {
  std::vector<std::string> ids;
  std::vector<browser::ProcessRoots> trees;
  for (const auto& [id, session] : live_) {
    ids.push_back(id);
    trees.push_back(session->processes());
  }
  const std::vector<browser::Usage> usage = co_await services_.measure(std::move(trees));
  for (std::size_t i = 0; i < ids.size() && i < usage.size(); ++i)
    if (const auto session = live_.find(ids[i]); session != live_.end())
      session->second->note_usage(usage[i]);
}

ManagerNumbers SessionManager::numbers() const {
  ManagerNumbers numbers;
  numbers.created = created_;
  numbers.refused = gate_.refused();
  numbers.queued = gate_.waiting();
  numbers.waited = gate_.waited();
  numbers.cpu = past_cpu_;
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
    numbers.cpu += session->usage().cpu;
    numbers.memory.count += session->usage().memory.count;
  }
  return numbers;
}

}  // namespace greenroom::session
