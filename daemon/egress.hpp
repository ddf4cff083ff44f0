// The ways of all browsers to the network: opened with each browser, told at hand-out what its session may
// reach, and by which proxies.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>

#include "api/certificates.hpp"
#include "base/clock.hpp"
#include "base/task_group.hpp"
#include "browser/browser.hpp"
#include "config/settings.hpp"
#include "net/egress_dial.hpp"
#include "net/egress_proxy.hpp"
#include "session/companion.hpp"

namespace greenroom::daemon {

struct EgressOptions {
  net::EgressRules rules;
  std::optional<net::Upstream> proxy;  ///< for sessions that ask for one without naming it
  std::shared_ptr<const net::HostList> ads;
};

/// What the settings say. Errors: invalid_argument (no proxy's address), not_found and io (the file of
/// hosts).
base::Result<EgressOptions> egress_options(const config::Settings& settings);

/// What a session asked for, as rules. Errors: invalid_argument.
base::Result<net::EgressWishes> egress_wishes(const session::NetworkWishes& wishes,
                                              const EgressOptions& options);

/// Lifetime it outlives every browser and session; stop() is awaited before it goes.
class Egress final : public browser::NetworkGate {
 public:
  Egress(const base::Executor& executor, EgressOptions options, const base::Clock& clock, base::Logger log);

  base::Result<std::uint16_t> open(const std::string& browser_id, uid_t user) override;
  base::Task<void> close(const std::string& browser_id) override;
  std::string_view last_failure(const std::string& browser_id) const override;

  /// The port of the daemon's own API, which every page may reach.
  void use_own_port(std::uint16_t port) { context_.rules.own_port = port; }
  /// Counts what proxied sessions carry. Once.
  void start() { tasks_.spawn(meter()); }
  base::Task<void> stop();

  /// What its network wishes need. Errors: invalid_argument; not_found (a certificate), those of the store.
  base::Task<base::Result<void>> add_companions(const session::SessionSpec& spec,
                                                session::Companions& companions,
                                                api::Certificates& certificates);

  /// Connections of the daemon's own (net/egress_dial.hpp), with the resolver of all.
  base::Task<net::SocketResult> connect_as_pages_may(std::string host, std::uint16_t port) {
    return net::connect_as_pages_may(context_, std::move(host), port);
  }
  base::Task<net::SocketResult> connect_anywhere(std::string host, std::uint16_t port) {
    return net::connect_anywhere(context_, std::move(host), port);
  }

  const net::EgressCounters& counters() const { return context_.counters; }
  /// Whether sessions can have a proxy without naming one.
  bool has_proxy() const { return options_.proxy.has_value(); }

 private:
  class Way;
  struct Entry {
    std::unique_ptr<net::EgressProxy> proxy;
    session::Carrier* session = nullptr;  ///< who is told
  };

  base::Task<void> meter();
  static void report_bytes(Entry& entry);
  void hand_out(const std::string& browser_id, const net::EgressWishes& wishes, session::Carrier& session);
  void take_back(const std::string& browser_id);

  base::Executor executor_;
  EgressOptions options_;
  net::Resolver resolver_;
  boost::asio::ssl::context trust_;
  net::EgressContext context_;
  std::map<std::string, Entry> entries_;  // by browser
  bool is_stopping_ = false;
  base::TaskGroup tasks_;
};

}  // namespace greenroom::daemon
