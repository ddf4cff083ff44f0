// Which way, if any, a browser's request may take. Pure: names are resolved and connections made elsewhere
// (net/egress_proxy).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "net/host_rules.hpp"

namespace greenroom::net {

/// A proxy beyond this machine, or at least not this daemon's.
struct Upstream {
  enum class Kind { http, https, socks5 };
  Kind kind = Kind::http;
  std::string host;
  std::uint16_t port = 0;
  std::string username;  ///< empty: none. Secret, as the password is: in no log and no answer
  std::string password;
  bool is_operators = false;  ///< the configured one: may be anywhere
};

/// "http://host:port", "https://…", "socks5://…" or "host:port", credentials before an "@" unless given
/// apart. Errors: invalid_argument, in words that name no secret.
base::Result<Upstream> parse_upstream(std::string_view url, std::string username, std::string password);

/// One way for some hosts.
struct EgressRoute {
  std::optional<HostPattern> hosts;  ///< none: all
  std::optional<Upstream> upstream;  ///< none: straight to the network
};

/// What the operator lets every page reach.
struct EgressRules {
  bool allow_private = true;   ///< this machine and private networks
  HostPatterns allow;          ///< all the same; metadata addresses only when named as addresses
  HostPatterns deny;           ///< wins over everything but the daemon itself
  std::uint16_t own_port = 0;  ///< of the daemon's API, which clients in pages call (extensions)
  std::string own_host;        ///< the name that it is called by from outside; may be empty
  std::uint16_t own_host_port = 0;
};

/// What one session asked for. It can only narrow what the operator allows.
struct EgressWishes {
  std::vector<EgressRoute> routes;  ///< the first that fits
  HostPatterns allowed;
  HostPatterns denied;
  bool only_allowed = false;            ///< `allowed` counts also when it is empty
  std::shared_ptr<const HostList> ads;  ///< blocked
};

enum class EgressVerdict {
  allowed,
  denied_by_operator,
  denied_by_session,
  blocked_ad,
  private_address,
  metadata_address,
  unusable_address,
};

/// For people: "a private address". Empty for `allowed`.
std::string_view words(EgressVerdict verdict);

/// The decision about one request. First by what it names; where that is a name that the daemon resolves,
/// then by each address that it leads to.
class EgressDecision {
 public:
  /// References outlive it.
  EgressDecision(const EgressRules& rules, const EgressWishes& wishes, const Host& host, std::uint16_t port);

  EgressVerdict verdict() const { return verdict_; }
  /// nullptr: straight to the network.
  const Upstream* upstream() const { return upstream_; }

  /// Whether the connection may go to that address. `is_own`: it is one of this machine's, whatever its kind.
  EgressVerdict judge(const IpAddress& address, bool is_own) const;
  /// A session's proxy is where its user said: may the daemon connect there?
  static EgressVerdict judge_upstream(const EgressRules& rules, const Upstream& upstream,
                                      const IpAddress& address, bool is_own);

 private:
  bool is_own_service() const;
  EgressVerdict by_name();

  const EgressRules& rules_;
  const EgressWishes& wishes_;
  const Host& host_;
  std::uint16_t port_;
  const Upstream* upstream_ = nullptr;
  bool is_own_service_ = false;
  bool may_be_private_ = false;
  bool is_allowed_by_name_ = false;
  EgressVerdict verdict_;
};

}  // namespace greenroom::net
