#include "browser/warm_pool.hpp"

#include <algorithm>

#include "base/apart.hpp"
#include "base/deadline.hpp"

namespace greenroom::browser {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
std::chrono::steady_clock::time_point now() { return std::chrono::steady_clock::now(); }

Task<bool> is_cancelled() {
  const auto state = (co_await base::asio::this_coro::cancellation_state).cancelled();
  co_return state != base::asio::cancellation_type::none;
}
}  // namespace

WarmPool::WarmPool(const base::Executor& executor, Launcher& launcher, WarmPoolOptions options,
                   base::Logger log)
    : launcher_(launcher),
      options_(std::move(options)),
      log_(std::move(log)),
      plan_(options_.rules, options_.fingerprint, now()),
      wake_(executor),
      tasks_(executor) {}

void WarmPool::start() {
  if (options_.rules.size == 0) return;
  tasks_.spawn(follow_plan());
  if (options_.rules.memory.count > 0) tasks_.spawn(weigh_regularly());
}

Task<Result<std::unique_ptr<Browser>>> WarmPool::take(Fingerprint fingerprint) {
  co_await base::keep_running_when_cancelled();
  if (is_stopping_) co_return Error{errc::unavailable, "the daemon is stopping"};
  std::unique_ptr<Browser> waiting;
  if (!fingerprint.profile) {
    plan_.wanted(fingerprint, now());
    wake_.cancel();
    waiting = co_await take_waiting(fingerprint);
    if (!waiting) waiting = co_await take_launching(fingerprint);
  }
  if (waiting) {
    ++counters_.taken_warm;
    co_return std::move(waiting);
  }
  const bool given_up = co_await is_cancelled();
  if (given_up) co_return Error{errc::closed, "the launch was given up"};
  if (is_stopping_) co_return Error{errc::unavailable, "the daemon is stopping"};
  ++counters_.taken_cold;
  co_return co_await launcher_.launch(fingerprint);
}

Task<std::unique_ptr<Browser>> WarmPool::take_waiting(const Fingerprint& fingerprint) {
  while (const auto number = plan_.take(fingerprint)) {
    const auto entry = find(*number);
    if (entry == waiting_.end()) continue;
    // Ours from here on: nobody else may find it while its watch ends.
    Entries taken;
    taken.splice(taken.begin(), waiting_, entry);
    entry->watch.stop();
    co_await base::apart(entry->watch.join());
    std::unique_ptr<Browser> browser = std::move(entry->browser);
    const bool is_well = co_await answers(*browser);
    // Who gives up owns what there is by then, and stops it.
    const bool given_up = co_await is_cancelled();
    if (is_well || given_up) co_return browser;
    log_.warning("a warm browser does not answer", {{"browser", browser->id()}});
    ++counters_.failed_probes;
    tasks_.spawn(end_browser(std::move(browser)));
  }
  co_return nullptr;
}

/// Its page is there, and the browser says so in time. Costs a round trip.
Task<bool> WarmPool::answers(Browser& browser) {
  if (!browser.is_running()) co_return false;
  const auto well =
      co_await base::with_deadline(browser.ensure_page(), options_.probe_deadline, "probing a warm browser");
  co_return well.has_value();
}

/// The launch that is under way is nearer its end than one that begins now.
Task<std::unique_ptr<Browser>> WarmPool::take_launching(Fingerprint fingerprint) {
  if (!plan_.is_launching(fingerprint) || claim_for(fingerprint) != nullptr) co_return nullptr;
  Claim claim(tasks_.executor(), std::move(fingerprint));
  const auto place = claims_.insert(claims_.end(), &claim);
  launcher_.hurry();
  co_await claim.settled.wait();
  if (!claim.settled.is_set()) claims_.erase(place);  // cancelled
  co_return std::move(claim.browser);
}

WarmPool::Claim* WarmPool::claim_for(const Fingerprint& fingerprint) {
  for (Claim* claim : claims_)
    if (claim->fingerprint == fingerprint) return claim;
  return nullptr;
}

Task<void> WarmPool::follow_plan() {
  co_await base::keep_running_when_cancelled();
  while (!is_stopping_) {
    PoolStep step = plan_.next(now());
    if (step.what == PoolStep::Do::launch) {
      co_await launch(std::move(step.fingerprint));
    } else if (step.what == PoolStep::Do::retire) {
      retire(step.browser);
    } else {
      wake_.expires_at(step.until);
      (void)co_await wake_.async_wait(base::use_tuple);
    }
  }
}

Task<void> WarmPool::launch(Fingerprint fingerprint) {
  auto launched = co_await launcher_.launch_in_background(fingerprint);
  Claim* claim = claim_for(fingerprint);
  if (claim != nullptr) claims_.remove(claim);
  if (!launched) {
    plan_.failed(fingerprint, now());
    if (!is_stopping_) {
      ++counters_.failed_launches;
      log_.warning("no warm browser", {{"why", launched.error().message()}});
    }
  } else if (claim != nullptr) {
    plan_.handed_over(fingerprint);
    claim->browser = std::move(*launched);
  } else {
    keep(std::move(*launched));
  }
  if (claim != nullptr) claim->settled.set();
}

void WarmPool::keep(std::unique_ptr<Browser> browser) {
  const auto entry = waiting_.emplace(waiting_.end(), tasks_.executor());
  entry->number = next_number_++;
  entry->browser = std::move(browser);
  plan_.started(entry->browser->fingerprint(), entry->number, now());
  entry->watch.spawn(watch(entry));
}

WarmPool::Entries::iterator WarmPool::find(std::uint64_t number) {
  return std::find_if(waiting_.begin(), waiting_.end(),
                      [number](const Waiting& one) { return one.number == number; });
}

void WarmPool::retire(std::uint64_t number) {
  plan_.gone(number);
  const auto entry = find(number);
  if (entry == waiting_.end()) return;
  ++counters_.retired;
  bury(entry, "a warm browser is not kept any longer");
}

void WarmPool::bury(Entries::iterator entry, std::string_view why) {
  log_.debug(why, {{"browser", entry->browser->id()}});
  dead_.splice(dead_.end(), waiting_, entry);
  tasks_.spawn(end_dead(entry));
}

Task<void> WarmPool::watch(Entries::iterator entry) {
  co_await base::keep_running_when_cancelled();
  const BrowserExit exit = co_await entry->browser->exited();
  const bool is_taken = co_await is_cancelled();  // or retired, or the pool stops
  if (is_taken) co_return;
  log_.warning("a warm browser ended", {{"how", exit.status.text()}, {"output", exit.last_output}});
  ++counters_.died_waiting;
  plan_.gone(entry->number);
  bury(entry, "cleaning up behind a warm browser");
  wake_.cancel();
}

Task<void> WarmPool::weigh_regularly() {
  co_await base::keep_running_when_cancelled();
  while (!is_stopping_) {
    co_await base::sleep_for(options_.weigh_interval);
    if (is_stopping_) co_return;
    std::vector<ProcessRoots> trees;
    std::vector<std::uint64_t> numbers;
    for (const Waiting& one : waiting_) {
      trees.push_back(one.browser->processes());
      numbers.push_back(one.number);
    }
    const std::vector<Usage> usage = co_await launcher_.measure(std::move(trees));
    for (std::size_t i = 0; i < usage.size() && i < numbers.size(); ++i)
      plan_.weighed(numbers[i], usage[i].memory);
    wake_.cancel();
  }
}

Task<void> WarmPool::end_dead(Entries::iterator entry) {
  co_await base::disable_cancellation();
  co_await end(entry);
  dead_.erase(entry);
}

Task<void> WarmPool::end(Entries::iterator entry) {
  co_await base::disable_cancellation();
  entry->watch.stop();
  co_await entry->watch.join();
  co_await entry->browser->stop();
}

Task<void> WarmPool::end_browser(std::unique_ptr<Browser> browser) {
  co_await base::disable_cancellation();
  co_await browser->stop();
}

Task<void> WarmPool::stop() {
  co_await base::disable_cancellation();
  is_stopping_ = true;
  wake_.cancel();
  tasks_.stop();
  co_await tasks_.join();
  // All at once: each takes its time.
  for (auto entry = waiting_.begin(); entry != waiting_.end(); ++entry) tasks_.spawn(end(entry));
  co_await tasks_.join();
  waiting_.clear();
}

}  // namespace greenroom::browser
