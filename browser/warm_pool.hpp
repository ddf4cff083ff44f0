// Browsers that wait, started, for a session to take one.
#pragma once

#include <chrono>
#include <list>
#include <memory>

#include "base/event.hpp"
#include "base/log.hpp"
#include "base/task_group.hpp"
#include "browser/browser.hpp"

namespace greenroom::browser {

struct WarmPoolOptions {
  std::size_t size = 1;     ///< browsers kept; 0: none, every take() launches
  Fingerprint fingerprint;  ///< of those kept
  /// From a take() to the next launch: the taken browser has the machine to itself while its session begins.
  std::chrono::milliseconds refill_delay{1'000};
  std::chrono::milliseconds first_retry{1'000};  ///< after a launch that failed; doubled each time …
  std::chrono::milliseconds last_retry{60'000};  ///< … up to this
};

struct WarmPoolCounters {
  std::uint64_t taken_warm = 0;
  std::uint64_t taken_cold = 0;
  std::uint64_t died_waiting = 0;
  std::uint64_t failed_launches = 0;
};

/// Lifetime: `launcher` outlives it. stop() must have returned before it is destroyed.
class WarmPool {
 public:
  WarmPool(const base::Executor& executor, Launcher& launcher, WarmPoolOptions options, base::Logger log);

  /// Begins to fill; does not wait.
  void start();

  /// A waiting browser of that fingerprint, or else a new one.
  /// Errors   as Launcher::launch; unavailable after stop(). Cancel: as Launcher::launch.
  base::Task<base::Result<std::unique_ptr<Browser>>> take(Fingerprint fingerprint);

  /// Stops filling and every browser that waits. Cancel: not cancellable.
  base::Task<void> stop();

  std::size_t waiting() const { return waiting_.size(); }
  const WarmPoolCounters& counters() const { return counters_; }

 private:
  struct Waiting {
    explicit Waiting(const base::Executor& executor) : watch(executor) {}
    std::unique_ptr<Browser> browser;
    base::TaskGroup watch;  ///< waits for its end
  };
  using Entries = std::list<Waiting>;

  base::Task<void> fill();
  base::Task<void> watch(Entries::iterator entry);
  base::Task<void> bury(Entries::iterator entry);
  base::Task<void> end(Entries::iterator entry);

  Launcher& launcher_;
  WarmPoolOptions options_;
  base::Logger log_;
  Entries waiting_;
  Entries dead_;  // ended while they waited; being cleaned up
  bool is_stopping_ = false;
  WarmPoolCounters counters_;
  base::Notifier room_;
  base::TaskGroup tasks_;
};

}  // namespace greenroom::browser
