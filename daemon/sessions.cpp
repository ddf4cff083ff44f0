// `sessions …`: asks the running daemon.
#include <cstdio>

#include "daemon/commands.hpp"
#include "daemon/daemon_client.hpp"
#include "daemon/session_table.hpp"
#include "daemon/setup.hpp"

namespace greenroom::daemon {

using base::Result;

namespace {
Result<std::string> ask(const CommandLine& line, const std::string& method, const std::string& target) {
  const auto daemon = DaemonClient::find(line);
  if (!daemon) return daemon.error();
  return daemon->ask(method, target);
}
}  // namespace

int run_sessions_list(const CommandLine& line) {
  const auto body = ask(line, "GET", "/greenroom/v1/sessions");
  if (!body) return report(body.error());
  const auto table = session_table(*body);
  if (!table) return report(table.error());
  std::fputs(table->c_str(), stdout);
  return exit_success;
}

int run_sessions_show(const CommandLine& line) {
  const auto target = session_target(line);
  if (!target) return report(target.error(), exit_usage);
  const auto body = ask(line, "GET", *target);
  if (!body) return report(body.error());
  const auto text = session_details(*body);
  if (!text) return report(text.error());
  std::fputs(text->c_str(), stdout);
  return exit_success;
}

int run_sessions_end(const CommandLine& line) {
  const auto target = session_target(line);
  if (!target) return report(target.error(), exit_usage);
  const auto body = ask(line, "DELETE", *target);
  if (!body) return report(body.error());
  std::printf("Ended session %s.\n", line.operands.front().c_str());
  return exit_success;
}

int run_sessions_delete(const CommandLine& line) {
  const auto target = session_target(line);
  if (!target) return report(target.error(), exit_usage);
  const auto body = ask(line, "DELETE", *target + "/data");
  if (!body) return report(body.error());
  std::printf("Deleted session %s with its recording and its timeline.\n", line.operands.front().c_str());
  return exit_success;
}

}  // namespace greenroom::daemon
