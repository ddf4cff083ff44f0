// `drain`: has the running daemon take no new sessions, and waits until the last one has ended.
#include <chrono>
#include <cstdio>

#include <boost/json.hpp>

#include "base/deadline.hpp"
#include "daemon/commands.hpp"
#include "daemon/daemon_client.hpp"
#include "daemon/setup.hpp"

namespace greenroom::daemon {

namespace json = boost::json;

namespace {
constexpr std::chrono::milliseconds poll_interval{500};

base::Task<bool> pause() {
  co_await base::sleep_for(poll_interval);
  co_return true;
}

/// How many sessions are left, by the daemon's answer. Errors: protocol.
base::Result<std::int64_t> sessions_left(const std::string& body) {
  boost::system::error_code failure;
  const json::value answer = json::parse(body, failure);
  const json::value* sessions =
      !failure && answer.is_object() ? answer.get_object().if_contains("sessions") : nullptr;
  if (sessions == nullptr || !sessions->is_int64())
    return base::Error{base::errc::protocol, "the daemon's answer is not understood"};
  return sessions->get_int64();
}
}  // namespace

int run_drain(const CommandLine& line) {
  const bool resumes = line.has("--resume");
  const auto daemon = DaemonClient::find(line);
  if (!daemon) return report(daemon.error());
  auto body = daemon->ask(resumes ? "DELETE" : "POST", "/greenroom/v1/drain");
  if (!body) return report(body.error());
  if (resumes) {
    std::puts("The daemon takes sessions again.");
    return exit_success;
  }
  for (std::int64_t before = -1;;) {
    const auto left = sessions_left(*body);
    if (!left) return report(left.error());
    if (*left == 0) break;
    if (*left != before) {
      std::printf("Waiting for %lld sessions.\n", static_cast<long long>(*left));
      std::fflush(stdout);
    }
    before = *left;
    run_to_end(pause());
    body = daemon->ask("GET", "/greenroom/v1/drain");
    if (!body) return report(body.error());
  }
  std::puts("Drained. The daemon takes no sessions until it is started anew, or `greenroom drain --resume`.");
  return exit_success;
}

}  // namespace greenroom::daemon
