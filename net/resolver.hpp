// Names to addresses, by the machine's own rules (hosts, DNS), off the loop.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/detached_jobs.hpp"
#include "base/event.hpp"
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

/// Several who want the same name at once share one lookup. Nobody waits for a name server that does not
/// answer longer than the deadline, nor does the end of the daemon.
class Resolver {
 public:
  Resolver(const base::Executor& executor, ResolverOptions options, const base::Clock& clock);

  /// At least one address. Errors: not_found, timed_out, unavailable. Cancel: returns early.
  base::Task<base::Result<IpAddresses>> resolve(std::string name);

 private:
  struct Lookup {
    explicit Lookup(const base::Executor& executor) : done(executor) {}
    base::Event done;
    base::Result<IpAddresses> answer{IpAddresses()};
    base::SteadyTime good_until;
  };
  void start(const std::string& name, const std::shared_ptr<Lookup>& lookup);
  base::Task<base::Result<void>> wait(std::shared_ptr<Lookup> lookup);
  void forget_old();

  ResolverOptions options_;
  const base::Clock& clock_;
  base::Executor executor_;
  std::map<std::string, std::shared_ptr<Lookup>, std::less<>> lookups_;
  std::size_t under_way_ = 0;
  base::DetachedJobs jobs_;  // last: what it calls uses the rest
};

}  // namespace greenroom::net
