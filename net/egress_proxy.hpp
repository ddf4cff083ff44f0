// A browser's only way to the network: a SOCKS 5 server on a port of its own, which nobody but that browser
// may use (docs/decisions/0014).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "base/log.hpp"
#include "base/task_group.hpp"
#include "net/egress_rules.hpp"
#include "net/resolver.hpp"

namespace greenroom::net {

/// Total counts, for metrics.
struct EgressCounters {
  std::uint64_t connections = 0;  ///< that were made
  std::uint64_t refused = 0;      ///< by a rule
  std::uint64_t failed = 0;       ///< could not be made
  std::uint64_t strangers = 0;    ///< tried to use a port that is not theirs
  std::uint64_t bytes = 0;        ///< both directions
};

struct EgressLimits {
  std::chrono::milliseconds hello{10'000};    ///< from a connection to its whole request
  std::chrono::milliseconds connect{20'000};  ///< from the request to the tunnel
  std::chrono::milliseconds address{5'000};   ///< for one address when there are more
  std::chrono::milliseconds linger{10'000};   ///< for one direction after the other has ended
  std::size_t connections = 512;              ///< of one browser at a time
};

/// What all proxies of a daemon share. Outlives them.
struct EgressContext {
  EgressRules rules;
  EgressLimits limits;
  Resolver& resolver;
  boost::asio::ssl::context& trust;  ///< whose certificates https proxies may have
  base::Logger log;
  EgressCounters counters = {};
  std::set<std::uint16_t> ports = {};  ///< of all proxies: no browser gets to another one's through its own
};

/// A request that did not get out, because a rule or another proxy refused it: for the session's timeline.
struct EgressRefusal {
  std::string host;
  std::uint16_t port = 0;
  std::string why;  ///< for people; no secret
};

/// Why a connection was not made.
enum class EgressFailure {
  none,
  no_such_name,
  refused,      ///< nobody listens
  unreachable,  ///< no way there
  timed_out,
  forbidden,      ///< by a rule
  advertisement,  ///< which the session does not want
  no_proxy,       ///< the session's proxy could not be reached
  proxy_refused,  ///< or it did not make the connection
};

/// Lifetime stop() is awaited before it goes.
class EgressProxy {
 public:
  /// Listens on loopback for the processes of that user. Errors: io.
  static base::Result<std::unique_ptr<EgressProxy>> open(const base::Executor& executor,
                                                         EgressContext& context, uid_t user);
  ~EgressProxy();

  std::uint16_t port() const { return port_; }
  /// From now on; connections that are there stay.
  void use(EgressWishes wishes);
  /// Called for each kind of refusal once per host; may be empty.
  void on_refusal(std::function<void(const EgressRefusal&)> action);
  /// Bytes that have gone through other proxies, both directions, since the last call.
  std::uint64_t take_proxied_bytes() { return std::exchange(proxied_bytes_, 0); }

  /// Of the newest connection that was not made.
  EgressFailure last_failure() const { return last_failure_; }

  /// Cuts everything. Cancel: not cancellable.
  base::Task<void> stop();

 private:
  EgressProxy(const base::Executor& executor, EgressContext& context, uid_t user);
  class Connection;

  base::Task<void> accept();
  base::Task<void> serve(boost::asio::ip::tcp::socket socket);
  bool is_expected(const boost::asio::ip::tcp::socket& socket);
  void note(const Host& host, std::uint16_t port, std::string_view why);

  base::Executor executor_;
  EgressContext& context_;
  uid_t user_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::shared_ptr<const EgressWishes> wishes_;
  std::function<void(const EgressRefusal&)> on_refusal_;
  std::set<std::pair<std::string, std::string>> noted_;
  std::uint64_t proxied_bytes_ = 0;
  EgressFailure last_failure_ = EgressFailure::none;
  bool is_stopping_ = false;
  base::TaskGroup tasks_;
};

}  // namespace greenroom::net
