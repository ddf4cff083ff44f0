#include "browser/warm_pool.hpp"

#include <algorithm>

#include "base/apart.hpp"
#include "base/deadline.hpp"

namespace greenroom::browser {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

WarmPool::WarmPool(const base::Executor& executor, Launcher& launcher, WarmPoolOptions options,
                   base::Logger log)
    : launcher_(launcher),
      options_(std::move(options)),
      log_(std::move(log)),
      room_(executor),
      tasks_(executor) {}

void WarmPool::start() {
  if (options_.size > 0) tasks_.spawn(fill());
}

Task<Result<std::unique_ptr<Browser>>> WarmPool::take(Fingerprint fingerprint) {
  if (is_stopping_) co_return Error{errc::unavailable, "the daemon is stopping"};
  for (auto entry = waiting_.begin(); entry != waiting_.end(); ++entry) {
    if (entry->browser->fingerprint() != fingerprint || !entry->browser->is_running()) continue;
    // Ours from here on: nobody else may find it while its watch ends.
    Entries taken;
    taken.splice(taken.begin(), waiting_, entry);
    ++counters_.taken_warm;
    room_.notify_all();
    entry->watch.stop();
    co_await base::apart(entry->watch.join());
    co_return std::move(entry->browser);
  }
  ++counters_.taken_cold;
  co_return co_await launcher_.launch(fingerprint);
}

Task<void> WarmPool::fill() {
  co_await base::keep_running_when_cancelled();
  auto retry = options_.first_retry;
  while (!is_stopping_) {
    if (waiting_.size() >= options_.size) {
      co_await room_.wait();
      if (!is_stopping_) co_await base::sleep_for(options_.refill_delay);
      continue;
    }
    auto launched = co_await launcher_.launch(options_.fingerprint);
    if (launched) {
      retry = options_.first_retry;
      const auto entry = waiting_.emplace(waiting_.end(), tasks_.executor());
      entry->browser = std::move(*launched);
      entry->watch.spawn(watch(entry));
    } else if (!is_stopping_) {
      ++counters_.failed_launches;
      log_.warning("no warm browser", {{"why", launched.error().message()}});
      co_await base::sleep_for(retry);
      retry = std::min(retry * 2, options_.last_retry);
    }
  }
}

Task<void> WarmPool::watch(Entries::iterator entry) {
  co_await base::keep_running_when_cancelled();
  const BrowserExit exit = co_await entry->browser->exited();
  const auto cancelled = (co_await base::asio::this_coro::cancellation_state).cancelled();
  if (cancelled != base::asio::cancellation_type::none) co_return;  // taken, or the pool stops
  log_.warning("a warm browser ended", {{"how", exit.status.text()}, {"output", exit.last_output}});
  ++counters_.died_waiting;
  dead_.splice(dead_.end(), waiting_, entry);
  room_.notify_all();
  tasks_.spawn(bury(entry));
}

Task<void> WarmPool::bury(Entries::iterator entry) {
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

Task<void> WarmPool::stop() {
  co_await base::disable_cancellation();
  is_stopping_ = true;
  room_.notify_all();
  tasks_.stop();
  co_await tasks_.join();
  // All at once: each takes its time.
  for (auto entry = waiting_.begin(); entry != waiting_.end(); ++entry) tasks_.spawn(end(entry));
  co_await tasks_.join();
  waiting_.clear();
}

}  // namespace greenroom::browser
