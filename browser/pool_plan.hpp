// Decides which browsers the warm pool starts, keeps and ends. Pure: it is told what happens, and the time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "browser/browser.hpp"

namespace greenroom::browser {

struct PoolRules {
  std::size_t size = 1;   ///< browsers kept of each kind; 0: none at all
  std::size_t kinds = 3;  ///< kinds kept, the configured one included; the least recently wanted goes first
  /// A kind that is not the configured one is kept when it was wanted twice, and until nobody wanted it so
  /// long.
  std::chrono::milliseconds forget{600'000};
  /// A waiting browser is replaced at this age: a package's upgrade takes the files from under it.
  std::chrono::milliseconds max_age{1'800'000};
  /// From the latest demand to the next launch: in a burst of creates the sessions have the machine …
  std::chrono::milliseconds refill_delay{1'000};
  /// … but under steady demand the pool is filled all the same, after this.
  std::chrono::milliseconds longest_delay{10'000};
  std::chrono::milliseconds first_retry{1'000};  ///< after a launch that failed; doubled each time …
  std::chrono::milliseconds last_retry{60'000};  ///< … up to this
  base::Bytes memory{};                          ///< of all that wait, together; 0: no ceiling
};

/// What to do next. At most one launch is under way.
struct PoolStep {
  enum class Do { wait, launch, retire };
  Do what = Do::wait;
  Fingerprint fingerprint;                      ///< launch
  std::uint64_t browser = 0;                    ///< retire
  std::chrono::steady_clock::time_point until;  ///< wait: nothing changes by itself before
};

class PoolPlan {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `configured` is kept always, whether anybody wants it or not.
  PoolPlan(PoolRules rules, Fingerprint configured, Time now);

  /// A session wants a browser of that kind.
  void wanted(const Fingerprint& fingerprint, Time now);
  /// The longest waiting browser of that kind, which is nobody else's from here on.
  std::optional<std::uint64_t> take(const Fingerprint& fingerprint);

  PoolStep next(Time now);

  /// The launch that next() asked for has ended so. A browser that is handed over at once is not announced.
  void started(const Fingerprint& fingerprint, std::uint64_t browser, Time now);
  void handed_over(const Fingerprint& fingerprint);
  void failed(const Fingerprint& fingerprint, Time now);
  /// A waiting browser has ended, or was retired.
  void gone(std::uint64_t browser);
  /// How much a waiting browser takes.
  void weighed(std::uint64_t browser, base::Bytes memory);

  bool is_launching(const Fingerprint& fingerprint) const;
  std::size_t waiting() const;

 private:
  struct Waiting {
    std::uint64_t browser = 0;
    Time since;
    std::optional<base::Bytes> memory;
  };
  struct Kind {
    Fingerprint fingerprint;
    bool is_configured = false;
    Time last_wanted;
    std::uint64_t times_wanted = 0;
    std::vector<Waiting> waiting;  // the longest first
    bool is_launching = false;
    Time not_before;  // after failed launches
    std::chrono::milliseconds retry{0};
  };

  Kind* find(const Fingerprint& fingerprint);
  const Kind* find(const Fingerprint& fingerprint) const;
  bool is_kept(const Kind& kind, Time now) const;
  std::size_t fresh(const Kind& kind, Time now) const;
  std::uint64_t weight() const;
  std::uint64_t usual_weight() const;
  bool has_room() const;
  std::optional<std::uint64_t> to_retire(Time now) const;
  void forget_kinds(Time now);

  PoolRules rules_;
  std::vector<Kind> kinds_;  // the configured one first, then the most recently wanted
  Time last_demand_;
  std::optional<Time> short_since_;
};

}  // namespace greenroom::browser
