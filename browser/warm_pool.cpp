#include "browser/warm_pool.hpp"

#include <algorithm>

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
    Browser& browser = *(*entry)->browser;
    if (browser.fingerprint() != fingerprint || !browser.is_running()) continue;
    std::unique_ptr<Browser> taken = std::move((*entry)->browser);
    waiting_.erase(entry);
    ++counters_.taken_warm;
    room_.notify_all();
    co_return taken;
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
    if (!launched) {
      if (is_stopping_) co_return;
      ++counters_.failed_launches;
      log_.warning("no warm browser", {{"why", launched.error().message()}});
      co_await base::sleep_for(retry);
      retry = std::min(retry * 2, options_.last_retry);
      continue;
    }
    retry = options_.first_retry;
    auto waiting = std::make_shared<Waiting>();
    waiting->browser = std::move(*launched);
    waiting_.push_back(waiting);
    tasks_.spawn(keep(waiting));
  }
}

Task<void> WarmPool::keep(std::shared_ptr<Waiting> waiting) {
  co_await base::keep_running_when_cancelled();
  // exited() may outlast the browser's stay here: the session then owns it, and this wait just ends with it.
  (void)co_await waiting->browser->exited();
  co_return;
}

Task<void> WarmPool::stop() {
  co_await base::disable_cancellation();
  is_stopping_ = true;
  room_.notify_all();
  tasks_.stop();
  co_await tasks_.join();
}

}  // namespace greenroom::browser
