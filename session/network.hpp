// What a session may ask of its way to the network, in neutral terms.
#pragma once

#include <string>
#include <vector>

namespace greenroom::session {

/// One way out for some hosts. The first that fits is taken; nothing fits: straight to the network.
struct ProxyRule {
  std::string server;  ///< "http://host:port", "https://…", "socks5://…"; empty: straight to the network
  std::string username;  ///< empty: none. Secret, as the password is: in no log, row or answer
  std::string password;
  std::string hosts;  ///< which: "example.com", "*.example.com"; empty: all
};

struct NetworkWishes {
  std::vector<ProxyRule> proxies;
  std::vector<std::string> allowed_hosts;  ///< as ProxyRule::hosts; empty: all
  std::vector<std::string> denied_hosts;
  std::vector<std::string> certificates;  ///< ids of certificates of authorities that the session trusts too
  bool block_ads = false;
  bool ignore_certificate_errors = false;

  bool is_plain() const {
    return proxies.empty() && allowed_hosts.empty() && denied_hosts.empty() && certificates.empty() &&
           !block_ads && !ignore_certificate_errors;
  }
};

/// A profile that a session begins with.
struct ProfileUse {
  std::string id;
  bool persist = false;  ///< what the session changes is saved at its end
};

}  // namespace greenroom::session
