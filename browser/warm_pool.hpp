// Browsers that wait, started, for a session to take one.
#pragma once

#include <chrono>
#include <list>
#include <memory>

#include <boost/asio/steady_timer.hpp>

#include "base/event.hpp"
#include "base/log.hpp"
#include "base/task_group.hpp"
#include "browser/browser.hpp"
#include "browser/pool_plan.hpp"

namespace greenroom::browser {

struct WarmPoolOptions {
  PoolRules rules;
  Fingerprint fingerprint;  ///< the configured kind
  /// A waiting browser that does not say within this that its page is there is not handed out.
  std::chrono::milliseconds probe_deadline{1'000};
  std::chrono::milliseconds weigh_interval{60'000};  ///< how often what waits is weighed, with a ceiling only
};

struct WarmPoolCounters {
  std::uint64_t taken_warm = 0;
  std::uint64_t taken_cold = 0;
  std::uint64_t died_waiting = 0;
  std::uint64_t failed_probes = 0;
  std::uint64_t failed_launches = 0;
  std::uint64_t retired = 0;  ///< too old, too many, too heavy, or of a kind that nobody wants any more
};

/// What is started, kept and ended is decided by PoolPlan; this does it. A browser that was taken never comes
/// back.
///
/// Lifetime: `launcher` outlives it. stop() must have returned before it is destroyed.
class WarmPool {
 public:
  WarmPool(const base::Executor& executor, Launcher& launcher, WarmPoolOptions options, base::Logger log);

  /// Begins to fill; does not wait.
  void start();

  /// A waiting browser of that fingerprint that answers, or the one that is just being started, or else a new
  /// one.
  /// Errors   as Launcher::launch; unavailable after stop(). Cancel: as Launcher::launch.
  base::Task<base::Result<std::unique_ptr<Browser>>> take(Fingerprint fingerprint);

  /// Stops filling and every browser that waits. Cancel: not cancellable.
  base::Task<void> stop();

  std::size_t waiting() const { return waiting_.size(); }
  const WarmPoolCounters& counters() const { return counters_; }

 private:
  struct Waiting {
    explicit Waiting(const base::Executor& executor) : watch(executor) {}
    std::uint64_t number = 0;
    std::unique_ptr<Browser> browser;
    base::TaskGroup watch;  ///< waits for its end
  };
  using Entries = std::list<Waiting>;
  /// A session that waits for the launch that is under way.
  struct Claim {
    Claim(const base::Executor& executor, Fingerprint wanted)
        : fingerprint(std::move(wanted)), settled(executor) {}
    Fingerprint fingerprint;
    std::unique_ptr<Browser> browser;  ///< none when the launch failed
    base::Event settled;
  };

  base::Task<void> follow_plan();
  base::Task<void> launch(Fingerprint fingerprint);
  void keep(std::unique_ptr<Browser> browser);
  void retire(std::uint64_t number);
  void bury(Entries::iterator entry, std::string_view why);
  Claim* claim_for(const Fingerprint& fingerprint);
  base::Task<std::unique_ptr<Browser>> take_waiting(const Fingerprint& fingerprint);
  base::Task<std::unique_ptr<Browser>> take_launching(Fingerprint fingerprint);
  base::Task<bool> answers(Browser& browser);
  base::Task<void> watch(Entries::iterator entry);
  base::Task<void> weigh_regularly();
  base::Task<void> end_dead(Entries::iterator entry);
  base::Task<void> end(Entries::iterator entry);
  base::Task<void> end_browser(std::unique_ptr<Browser> browser);
  Entries::iterator find(std::uint64_t number);

  Launcher& launcher_;
  WarmPoolOptions options_;
  base::Logger log_;
  PoolPlan plan_;
  std::uint64_t next_number_ = 1;
  Entries waiting_;
  Entries dead_;  // ended while they waited, or not wanted any more; being cleaned up
  std::list<Claim*> claims_;
  bool is_stopping_ = false;
  WarmPoolCounters counters_;
  boost::asio::steady_timer wake_;  // cancelled whenever the plan may have changed its mind
  base::TaskGroup tasks_;
};

}  // namespace greenroom::browser
