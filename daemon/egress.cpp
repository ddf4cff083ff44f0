#include "daemon/egress.hpp"

#include <charconv>

#include <boost/json/object.hpp>

#include "api/assets.hpp"
#include "base/deadline.hpp"
#include "base/fd.hpp"
#include "daemon/site_guard.hpp"

namespace greenroom::daemon {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
/// What Chromium says of such a failure when it makes its connections itself.
std::string_view chromium_word(net::EgressFailure failure) {
  switch (failure) {
    case net::EgressFailure::none:
      return {};
    case net::EgressFailure::no_such_name:
      return "net::ERR_NAME_NOT_RESOLVED";
    case net::EgressFailure::refused:
      return "net::ERR_CONNECTION_REFUSED";
    case net::EgressFailure::unreachable:
      return "net::ERR_ADDRESS_UNREACHABLE";
    case net::EgressFailure::timed_out:
      return "net::ERR_CONNECTION_TIMED_OUT";
    case net::EgressFailure::forbidden:
      return "net::ERR_BLOCKED_BY_ADMINISTRATOR";
    case net::EgressFailure::advertisement:
      return "net::ERR_BLOCKED_BY_CLIENT";
    case net::EgressFailure::no_proxy:
      return "net::ERR_PROXY_CONNECTION_FAILED";
    case net::EgressFailure::proxy_refused:
      return "net::ERR_TUNNEL_CONNECTION_FAILED";
  }
  return {};
}

/// How late the bytes of a running session may be.
constexpr std::chrono::seconds meter_interval{1};

Result<net::HostPatterns> patterns_of(const std::vector<std::string>& texts) {
  net::HostPatterns patterns;
  for (const std::string& text : texts) {
    const auto pattern = net::HostPattern::parse(text);
    if (!pattern)
      return Error{errc::invalid_argument, "'" + text.substr(0, 100) +
                                               "' is no host (use example.com, *.example.com, "
                                               "an address or a network)"};
    patterns.push_back(*pattern);
  }
  return patterns;
}

/// Whoever can reach the daemon from elsewhere is a stranger to this machine's network, and so are his pages.
bool serves_this_machine_alone(const config::Server& server) {
  const bool is_loopback = server.listen.host.starts_with("127.") || server.listen.host == "::1";
  return is_loopback && server.public_url.empty();
}

/// The host and the port of public_url, which clients in pages call too.
void read_public_url(std::string_view url, net::EgressRules& rules) {
  if (url.empty()) return;
  rules.own_host_port = url.starts_with("https:") ? 443 : 80;
  url.remove_prefix(std::min(url.find("://") + 3, url.size()));
  url = url.substr(0, url.find('/'));
  const std::size_t colon = url.rfind(':');
  if (colon != url.npos && url.find(']', colon) == url.npos) {
    const std::string_view port = url.substr(colon + 1);
    std::from_chars(port.data(), port.data() + port.size(), rules.own_host_port);
    url = url.substr(0, colon);
  }
  if (const auto host = net::Host::read(url)) rules.own_host = host->name;
}

Result<net::EgressRules> rules_of(const config::Settings& settings) {
  net::EgressRules rules;
  const std::string& word = settings.egress.allow_private;
  rules.allow_private = word == "auto" ? serves_this_machine_alone(settings.server) : word == "true";
  auto allow = patterns_of(settings.egress.allow);
  if (!allow) return allow.error();
  auto deny = patterns_of(settings.egress.deny);
  if (!deny) return deny.error();
  rules.allow = std::move(*allow);
  rules.deny = std::move(*deny);
  read_public_url(settings.server.public_url, rules);
  return rules;
}
}  // namespace

Result<EgressOptions> egress_options(const config::Settings& settings) {
  EgressOptions options;
  auto rules = rules_of(settings);
  if (!rules) return rules.error();
  options.rules = std::move(*rules);
  if (!settings.egress.proxy.empty()) {
    auto proxy = net::parse_upstream(settings.egress.proxy, {}, {});
    if (!proxy) return Error{errc::invalid_argument, "egress.proxy: " + proxy.error().detail};
    proxy->is_operators = true;
    options.proxy = std::move(*proxy);
  }
  std::string hosts(api::asset("ad_hosts.txt").content);
  if (!settings.egress.ad_hosts.empty()) {
    auto read = base::read_file(settings.egress.ad_hosts);
    if (!read) return Error{read.error().code, "egress.ad_hosts: " + read.error().message()};
    hosts = std::move(*read);
  }
  options.ads = std::make_shared<const net::HostList>(net::HostList::parse(hosts));
  return options;
}

Result<net::EgressWishes> egress_wishes(const session::NetworkWishes& wishes, const EgressOptions& options) {
  net::EgressWishes out;
  for (const session::ProxyRule& rule : wishes.proxies) {
    net::EgressRoute route;
    if (!rule.hosts.empty()) {
      auto patterns = patterns_of({rule.hosts});
      if (!patterns) return patterns.error();
      route.hosts = patterns->front();
    }
    if (rule.provided) {
      route.upstream = options.proxy;
    } else if (!rule.server.empty()) {
      auto upstream = net::parse_upstream(rule.server, rule.username, rule.password);
      if (!upstream) return upstream.error();
      route.upstream = std::move(*upstream);
    }
    out.routes.push_back(std::move(route));
  }
  auto allowed = patterns_of(wishes.allowed_hosts);
  if (!allowed) return allowed.error();
  auto denied = patterns_of(wishes.denied_hosts);
  if (!denied) return denied.error();
  out.allowed = std::move(*allowed);
  out.denied = std::move(*denied);
  out.only_allowed = wishes.only_allowed_hosts;
  if (wishes.block_ads) out.ads = options.ads;
  return out;
}

/// What one session carries.
class Egress::Way final : public session::Companion {
 public:
  struct Trust {
    std::vector<std::string> authorities;
    bool ignore_errors = false;
  };
  Way(Egress& egress, net::EgressWishes wishes, Trust trust)
      : egress_(egress), wishes_(std::move(wishes)), trust_(std::move(trust)) {}
  ~Way() override {
    if (!browser_id_.empty()) egress_.take_back(browser_id_);
  }

  Task<Result<void>> prepare(session::Carrier&, browser::Fingerprint& wanted) override {
    wanted.authorities = trust_.authorities;
    wanted.ignore_certificate_errors = trust_.ignore_errors;
    co_return Result<void>();
  }

  Task<Result<void>> begin(session::Carrier& session, browser::Browser& browser) override {
    browser_id_ = browser.id();
    egress_.hand_out(browser_id_, wishes_, session);
    co_return Result<void>();
  }

 private:
  Egress& egress_;
  net::EgressWishes wishes_;
  Trust trust_;
  std::string browser_id_;
};

Egress::Egress(const base::Executor& executor, EgressOptions options, const base::Clock& clock,
               base::Logger log)
    : executor_(executor),
      options_(std::move(options)),
      resolver_(executor, {}, clock),
      trust_(boost::asio::ssl::context::tls_client),
      context_{options_.rules, {}, resolver_, trust_, log.with("part", "egress")},
      tasks_(executor) {
  boost::system::error_code ignored;  // without any, no proxy's certificate is good
  trust_.set_default_verify_paths(ignored);
}

Result<std::uint16_t> Egress::open(const std::string& browser_id, uid_t user) {
  auto proxy = net::EgressProxy::open(executor_, context_, user);
  if (!proxy) return proxy.error();
  Entry& entry = entries_[browser_id];
  entry.proxy = std::move(*proxy);
  return entry.proxy->port();
}

std::string_view Egress::last_failure(const std::string& browser_id) const {
  const auto found = entries_.find(browser_id);
  return found == entries_.end() ? std::string_view() : chromium_word(found->second.proxy->last_failure());
}

Task<void> Egress::close(const std::string& browser_id) {
  co_await base::disable_cancellation();
  const auto found = entries_.find(browser_id);
  if (found == entries_.end()) co_return;
  co_await found->second.proxy->stop();
  report_bytes(found->second);
  entries_.erase(found);
}

void Egress::report_bytes(Entry& entry) {
  if (entry.session == nullptr) return;
  const auto bytes = entry.proxy->take_proxied_bytes();
  if (bytes > 0) entry.session->add_proxy_bytes(static_cast<std::int64_t>(bytes));
}

Task<void> Egress::meter() {
  co_await base::keep_running_when_cancelled();
  while (!is_stopping_) {
    co_await base::sleep_for(meter_interval);
    for (auto& [id, entry] : entries_) report_bytes(entry);
  }
}

void Egress::hand_out(const std::string& browser_id, const net::EgressWishes& wishes,
                      session::Carrier& session) {
  const auto found = entries_.find(browser_id);
  if (found == entries_.end()) return;
  found->second.session = &session;
  found->second.proxy->use(wishes);
  found->second.proxy->on_refusal([&session](const net::EgressRefusal& refusal) {
    boost::json::object params;
    params["host"] = refusal.host;
    params["port"] = refusal.port;
    params["why"] = refusal.why;
    session.note("network.refused", params);
  });
}

void Egress::take_back(const std::string& browser_id) {
  const auto found = entries_.find(browser_id);
  if (found == entries_.end()) return;
  found->second.proxy->on_refusal({});
  found->second.session = nullptr;
}

Task<void> Egress::stop() {
  co_await base::disable_cancellation();
  is_stopping_ = true;
  tasks_.stop();
  co_await tasks_.join();
}

Task<Result<void>> Egress::add_companions(const session::SessionSpec& spec, session::Companions& companions,
                                          api::Certificates& certificates) {
  auto wishes = egress_wishes(spec.network, options_);
  if (!wishes) co_return wishes.error();
  auto sites = patterns_of(spec.network.allowed_sites);
  if (!sites) co_return sites.error();
  Way::Trust trust;
  trust.ignore_errors = spec.network.ignore_certificate_errors;
  for (const std::string& id : spec.network.certificates) {
    auto found = co_await certificates.find(spec.project_id, id);
    if (!found) co_return found.error();
    trust.authorities.insert(trust.authorities.end(), found->authorities.begin(), found->authorities.end());
  }
  companions.push_back(std::make_unique<Way>(*this, std::move(*wishes), std::move(trust)));
  if (!sites->empty()) companions.push_back(std::make_unique<SiteGuard>(std::move(*sites)));
  co_return Result<void>();
}

}  // namespace greenroom::daemon
