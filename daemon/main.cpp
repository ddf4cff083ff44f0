// The program's door: finds the command and runs it.
#include <clocale>
#include <cstdio>
#include <exception>
#include <unistd.h>

#include "daemon/commands.hpp"
#include "daemon/local_server.hpp"

namespace greenroom::daemon {
namespace {

std::vector<std::pair<std::string, std::string>> environment_variables() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

int run(const std::vector<std::string>& words) {
  CommandLine bare;
  bare.environment = environment_variables();
  if (is_local_server(words, bare)) return serve_locally(bare);
  auto invocation = parse(commands(), words);
  if (!invocation) {
    std::fprintf(stderr, "greenroom: %s\n", invocation.error().detail.c_str());
    return exit_usage;
  }
  if (invocation->wants_help) {
    const std::string text = invocation->command == nullptr ? help(commands()) : help(*invocation->command);
    std::fputs(text.c_str(), stdout);
    return exit_success;
  }
  invocation->line.environment = environment_variables();
  return invocation->command->run(invocation->line);
}

}  // namespace
}  // namespace greenroom::daemon

int main(int argc, char** argv) {
  // libarchive names files by the locale, and knows none but ASCII in the one that programs begin with.
  std::setlocale(LC_CTYPE, "C.UTF-8");
  try {
    return greenroom::daemon::run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "greenroom: an internal error: %s\n", failure.what());
  } catch (...) {
    std::fputs("greenroom: an internal error\n", stderr);
  }
  return greenroom::daemon::exit_failure;
}
