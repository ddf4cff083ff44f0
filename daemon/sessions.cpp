// `sessions …`: what the running daemon knows of its sessions.
#include <cstdio>

#include "base/ids.hpp"
#include "daemon/ask.hpp"
#include "daemon/commands.hpp"
#include "daemon/session_table.hpp"
#include "daemon/setup.hpp"

namespace greenroom::daemon {

using base::errc;
using base::Error;
using base::Result;

namespace {

/// The operand, which goes into a path. Errors: invalid_argument.
Result<std::string> session_target(const CommandLine& line) {
  const std::string& id = line.operands.front();
  if (!base::is_uuid(id)) return Error{errc::invalid_argument, "'" + id + "' is no session's id"};
  return "/greenroom/v1/sessions/" + id;
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

}  // namespace greenroom::daemon
