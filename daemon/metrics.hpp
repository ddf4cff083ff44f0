// The numbers of the whole daemon as Prometheus reads them. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "browser/warm_pool.hpp"
#include "net/egress_proxy.hpp"
#include "net/http_server.hpp"
#include "session/manager.hpp"

namespace greenroom::daemon {

struct MetricsFacts {
  session::ManagerNumbers sessions;
  net::ServerCounters http;
  browser::WarmPoolCounters pool;
  std::size_t waiting_browsers = 0;
  net::EgressCounters egress;
  std::int64_t resident_bytes = 0;
  double uptime_seconds = 0;
  std::string version;
};

/// Text format 0.0.4.
std::string render_metrics(const MetricsFacts& facts);

/// This process's resident memory, from /proc; 0 if it cannot be read.
std::int64_t resident_bytes();

}  // namespace greenroom::daemon
