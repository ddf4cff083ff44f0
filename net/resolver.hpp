// Names to addresses, by the machine's own rules (hosts, DNS), off the loop.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/blocking_pool.hpp"
#include "base/clock.hpp"
#include "base/event.hpp"
#include "base/task_group.hpp"
#include "net/ip_rules.hpp"

namespace greenroom::net {

using IpAddresses = std::vector<IpAddress>;

/// Asks the operating system. Blocks. Errors: not_found, unavailable.
base::Result<IpAddresses> look_up(const std::string& name);

struct ResolverOptions {
  std::size_t threads = 8;     ///< lookups at a time
  std::size_t waiting = 1000;  ///< further ones are refused
  /// How long an answer is used again. What it is used for is judged each time.
  std::chrono::milliseconds keep{10'000};
  std::size_t kept = 1000;  ///< answers
  std::chrono::milliseconds deadline{10'000};
  std::function<base::Result<IpAddresses>(const std::string&)> ask = look_up;  ///< called on other threads
};

/// Several who want the same name at once share one lookup. One thread of its own kind: the loop's.
///
/// Lifetime stop() is awaited before it goes.
class Resolver {
 public:
  Resolver(const base::Executor& executor, ResolverOptions options, const base::Clock& clock);

  /// At least one address. Errors: not_found, timed_out, unavailable. Cancel: returns early.
  base::Task<base::Result<IpAddresses>> resolve(std::string name);

  /// Waits for lookups that are under way: the operating system bounds their time. Cancel: not cancellable.
  base::Task<void> stop();

 private:
  struct Lookup {
    explicit Lookup(const base::Executor& executor) : done(executor) {}
    base::Event done;
    base::Result<IpAddresses> answer{IpAddresses()};
    base::SteadyTime good_until;
  };
  base::Task<void> run(std::string name, std::shared_ptr<Lookup> lookup);
  base::Task<base::Result<void>> wait(std::shared_ptr<Lookup> lookup);
  void forget_old();

  ResolverOptions options_;
  const base::Clock& clock_;
  base::BlockingPool threads_;
  std::map<std::string, std::shared_ptr<Lookup>, std::less<>> lookups_;
  base::TaskGroup tasks_;
};

}  // namespace greenroom::net
