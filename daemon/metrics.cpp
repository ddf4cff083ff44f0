#include "daemon/metrics.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <unistd.h>

#include "base/fd.hpp"

namespace greenroom::daemon {

namespace {
class Page {
 public:
  void describe(std::string_view name, std::string_view type, std::string_view help) {
    text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
    text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
  }
  void value(std::string_view name, std::string_view labels, double number) {
    std::array<char, 40> digits{};
    const int n = std::snprintf(digits.data(), digits.size(), "%.17g", number);
    text_.append(name);
    if (!labels.empty()) text_.append("{").append(labels).append("}");
    text_.append(" ").append(digits.data(), static_cast<std::size_t>(n)).append("\n");
  }
  void one(std::string_view name, std::string_view type, std::string_view help, double number) {
    describe(name, type, help);
    value(name, {}, number);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

double number(std::uint64_t value) { return static_cast<double>(value); }

void write_sessions(Page& page, const session::ManagerNumbers& sessions) {
  page.describe("greenroom_sessions", "gauge", "Live sessions by state.");
  page.value("greenroom_sessions", "state=\"starting\"", number(sessions.starting));
  page.value("greenroom_sessions", "state=\"running\"", number(sessions.running));
  page.value("greenroom_sessions", "state=\"ending\"", number(sessions.ending));
  page.one("greenroom_clients", "gauge", "Connected CDP clients.", number(sessions.clients));
  page.one("greenroom_sessions_created_total", "counter", "Sessions admitted.", number(sessions.created));
  page.one("greenroom_sessions_refused_total", "counter", "Creates refused by a limit.",
           number(sessions.refused));
  page.one("greenroom_queue_length", "gauge", "Creates that wait for a slot.", number(sessions.queued));
  page.one("greenroom_queued_total", "counter", "Creates that had to wait for a slot.",
           number(sessions.waited));
  page.one("greenroom_sessions_cpu_seconds_total", "counter", "Processor time of sessions' processes.",
           static_cast<double>(sessions.cpu.count()) / 1000);
  page.one("greenroom_sessions_memory_bytes", "gauge", "Memory of sessions' processes.",
           number(sessions.memory.count));
  page.describe("greenroom_sessions_ended_total", "counter", "Sessions ended, by reason.");
  for (const auto& [reason, count] : sessions.ended)
    page.value("greenroom_sessions_ended_total", "reason=\"" + std::string(session::word(reason)) + "\"",
               number(count));
  page.describe("greenroom_launch_seconds", "summary", "From a create to a usable browser.");
  page.value("greenroom_launch_seconds_sum", {}, number(sessions.launches.sum) / 1000);
  page.value("greenroom_launch_seconds_count", {}, number(sessions.launches.count));
  page.one("greenroom_launch_failures_total", "counter", "Sessions that never ran.",
           number(sessions.launches.failed));
}

void write_pool(Page& page, const browser::WarmPoolCounters& pool, std::size_t waiting) {
  page.one("greenroom_pool_browsers", "gauge", "Browsers that wait for a session.", number(waiting));
  page.describe("greenroom_pool_taken_total", "counter", "Browsers that sessions took.");
  page.value("greenroom_pool_taken_total", "how=\"warm\"", number(pool.taken_warm));
  page.value("greenroom_pool_taken_total", "how=\"cold\"", number(pool.taken_cold));
  page.describe("greenroom_pool_lost_total", "counter", "Waiting browsers that no session got, by reason.");
  page.value("greenroom_pool_lost_total", "reason=\"died\"", number(pool.died_waiting));
  page.value("greenroom_pool_lost_total", "reason=\"silent\"", number(pool.failed_probes));
  page.value("greenroom_pool_lost_total", "reason=\"retired\"", number(pool.retired));
  page.one("greenroom_pool_launch_failures_total", "counter", "Launches for the pool that failed.",
           number(pool.failed_launches));
}

void write_cdp(Page& page, const cdp::SwitchboardCounters& cdp) {
  page.describe("greenroom_cdp_messages_total", "counter", "CDP messages of clients.");
  page.value("greenroom_cdp_messages_total", "direction=\"to_browser\"", number(cdp.messages_from_clients));
  page.value("greenroom_cdp_messages_total", "direction=\"to_client\"", number(cdp.messages_to_clients));
  page.describe("greenroom_cdp_bytes_total", "counter", "Bytes of those messages.");
  page.value("greenroom_cdp_bytes_total", "direction=\"to_browser\"", number(cdp.bytes_from_clients));
  page.value("greenroom_cdp_bytes_total", "direction=\"to_client\"", number(cdp.bytes_to_clients));
}

void write_egress(Page& page, const net::EgressCounters& egress) {
  page.describe("greenroom_egress_connections_total", "counter", "Connections that browsers asked for.");
  page.value("greenroom_egress_connections_total", "outcome=\"made\"", number(egress.connections));
  page.value("greenroom_egress_connections_total", "outcome=\"refused\"", number(egress.refused));
  page.value("greenroom_egress_connections_total", "outcome=\"failed\"", number(egress.failed));
  page.one("greenroom_egress_bytes_total", "counter", "Bytes of those connections, both directions.",
           number(egress.bytes));
  page.one("greenroom_egress_strangers_total", "counter", "Connections to a browser's port by others.",
           number(egress.strangers));
}

void write_recorder(Page& page, const session::RecorderNumbers& recorder) {
  page.one("greenroom_recordings", "gauge", "Recordings being made.", number(recorder.active));
  page.one("greenroom_recorder_frames_total", "counter", "Pictures encoded.", number(recorder.frames));
  page.one("greenroom_recorder_drops_total", "counter", "Pictures skipped because an encoder was late.",
           number(recorder.drops));
  page.one("greenroom_recorder_lag_seconds", "gauge", "The latest capture's delay, the worst recording's.",
           recorder.lag_seconds);
}
}  // namespace

std::string render_metrics(const MetricsFacts& facts) {
  Page page;
  page.describe("greenroom_build_info", "gauge", "The running version.");
  page.value("greenroom_build_info", "version=\"" + facts.version + "\"", 1);
  page.one("greenroom_uptime_seconds", "gauge", "Since the daemon's start.", facts.uptime_seconds);
  page.one("process_resident_memory_bytes", "gauge", "The daemon's own memory.",
           static_cast<double>(facts.resident_bytes));
  write_sessions(page, facts.sessions);
  write_pool(page, facts.pool, facts.waiting_browsers);
  write_cdp(page, facts.sessions.cdp);
  write_recorder(page, facts.sessions.recorder);
  write_egress(page, facts.egress);
  page.one("greenroom_http_requests_total", "counter", "HTTP requests.", number(facts.http.requests));
  page.one("greenroom_http_connections", "gauge", "Open connections, websockets too.",
           number(facts.http.connections_open));
  return page.take();
}

std::int64_t resident_bytes() {
  const auto statm = base::read_file("/proc/self/statm");
  if (!statm) return 0;
  const std::size_t blank = statm->find(' ');
  if (blank == std::string::npos) return 0;
  std::int64_t pages = 0;
  std::from_chars(statm->data() + blank + 1, statm->data() + statm->size(), pages);
  return pages * ::sysconf(_SC_PAGESIZE);
}

}  // namespace greenroom::daemon
