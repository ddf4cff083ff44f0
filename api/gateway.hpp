// The door: which dialect a request is for, who sent it, and whether they may. Everything behind it is a
// dialect's own translation.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/dialect.hpp"
#include "api/guard.hpp"
#include "api/key_ring.hpp"
#include "base/log.hpp"
#include "net/http_server.hpp"

namespace greenroom::api {

struct GatewayOptions {
  LinkOptions links;
  GuardOptions guard;
  base::Milliseconds link_lifetime{6 * 3'600'000};
  bool open_metrics = false;  ///< /metrics without a key
  /// Whose requests are those without a key of ours; empty: nobody's, they are refused.
  std::string project_without_key;
};

/// Lifetime everything given to it outlives it.
class Gateway final : public net::HttpHandler {
 public:
  Gateway(Core& core, const KeyRing& keys, const LinkSigner& signer, GatewayOptions options,
          base::Logger log);

  base::Task<net::Response> handle(net::Request request) override;
  net::BodyRule body_rule(const net::Request& head) const override;
  net::Response refuse(unsigned status, std::string_view why, const net::Target& target) override;

 private:
  struct Mounted {
    const Dialect* dialect;
    net::Router router;
  };
  struct Destination {
    const Mounted* mounted = nullptr;
    std::string_view path;  // without the mount
    net::Router::Outcome route;
  };

  Destination destination(const net::Request& request) const;
  static bool is_for_any_origin(const Destination& to);
  net::Response preflight(const net::Request& request, const Destination& to) const;
  base::Task<net::Response> answer(const net::Request& request, const Destination& to);
  base::Task<base::Result<net::Response>> open_websocket(const net::Request& request, const Dialect& dialect);
  /// Who asks; nobody on an open route.
  struct Caller {
    std::string project_id;
    std::string key_id;
  };
  base::Result<Caller> caller_of(const net::Request& request, const Route& route,
                                 const Dialect& dialect) const;
  Call make_call(const net::Request& request, const net::PathParameters& path, Caller caller) const;
  void log_answer(const net::Request& request, const Dialect& dialect, const net::Response& response,
                  std::chrono::steady_clock::time_point began) const;

  Core& core_;
  const KeyRing& keys_;
  const LinkSigner& signer_;
  GatewayOptions options_;
  KeptTexts texts_;
  base::Logger log_;
  std::vector<Mounted> mounted_;  // the native one first
};

}  // namespace greenroom::api
