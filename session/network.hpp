// What a session may ask of its way to the network, in neutral terms.
#pragma once

#include <string>
#include <vector>

namespace greenroom::session {

/// One way out for some hosts. The first that fits is taken; nothing fits: straight to the network.
struct ProxyRule {
  /// "http://host:port", "https://…", "socks5://…"; empty: straight to the network
  std::string server;
  bool provided = false;  ///< by the proxy of this server's configuration, if it has one
  std::string username;   ///< empty: none. Secret, as the password is: in no log, row or answer
  std::string password;
  /// Which: "example.com" (and all below it), "*.example.com", an address or a network; empty: all.
  std::string hosts;
};

struct NetworkWishes {
  std::vector<ProxyRule> proxies;
  std::vector<std::string> allowed_hosts;  ///< as ProxyRule::hosts; empty: all, unless …
  bool only_allowed_hosts = false;         ///< … none is allowed but those
  std::vector<std::string> denied_hosts;
  /// Pages may only be of these hosts, and of what is below them; what they are made of may come from
  /// anywhere. Empty: all.
  std::vector<std::string> allowed_sites;
  std::vector<std::string> certificates;  ///< ids of certificates of authorities that the session trusts too
  bool block_ads = false;
  bool ignore_certificate_errors = false;

  bool is_plain() const {
    return proxies.empty() && allowed_hosts.empty() && !only_allowed_hosts && denied_hosts.empty() &&
           allowed_sites.empty() && certificates.empty() && !block_ads && !ignore_certificate_errors;
  }
};

/// A profile that a session begins with.
struct ProfileUse {
  std::string id;
  bool persist = false;  ///< what the session changes is saved at its end
};

}  // namespace greenroom::session
