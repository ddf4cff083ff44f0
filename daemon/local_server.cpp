#include "daemon/local_server.hpp"

#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "daemon/serve.hpp"
#include "daemon/setup.hpp"

namespace greenroom::daemon {

using base::errc;
using base::Error;
using base::Result;

namespace {
constexpr const char* default_port = "3000";

Result<std::string> loopback_of(const std::string& host) {
  if (host == "localhost") return std::string("127.0.0.1");
  if (host.starts_with("127.") || host == "::1") return host;
  return Error{errc::invalid_argument, "HOST=" + host +
                                           " is refused: a server without keys listens on this machine alone "
                                           "(greenroom serve has keys)"};
}

Result<void> check_port(const std::string& port) {
  unsigned number = 0;
  const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (failure == std::errc() && end == port.data() + port.size() && number <= 65535) return {};
  return Error{errc::invalid_argument, "PORT=" + port + " is no port"};
}
}  // namespace

bool is_local_server(const std::vector<std::string>& words, const CommandLine& line) {
  return words.empty() && line.variable("BB_ENV") == "local";
}

Result<CommandLine> local_server(const CommandLine& line, const std::string& folder) {
  auto host = loopback_of(line.variable("HOST").value_or("localhost"));
  if (!host) return host.error();
  const std::string port = line.variable("PORT").value_or(default_port);
  if (auto checked = check_port(port); !checked) return checked.error();
  CommandLine out = line;
  auto set = [&](const char* name, std::string value) {
    if (!line.variable(name)) out.environment.emplace_back(name, std::move(value));
  };
  if (const auto headless = line.variable("HEADLESS"); headless == "true" || headless == "false")
    set("GREENROOM_BROWSER__HEADLESS", *headless);
  if (const auto chrome = line.variable("CHROME_PATH")) set("GREENROOM_BROWSER__EXECUTABLE", *chrome);
  // Its parent waits three seconds, and what it starts is for one program alone.
  set("GREENROOM_SERVER__DRAIN_DEADLINE", "0s");
  set("GREENROOM_BROWSER__POOL_SIZE", "0");
  const bool is_v6 = host->find(':') != std::string::npos;
  out.flags.emplace_back("--listen", (is_v6 ? "[" + *host + "]" : *host) + ":" + port);
  out.flags.emplace_back("--data", folder + "/data");
  set("GREENROOM_BROWSER__WORK_DIR", folder + "/work");
  out.flags.emplace_back(keyless_flag, "");
  return out;
}

int serve_locally(const CommandLine& line) {
  std::error_code failure;
  std::string folder = (std::filesystem::temp_directory_path(failure) / "greenroom-local-XXXXXX").string();
  if (failure || ::mkdtemp(folder.data()) == nullptr) {
    const Error error{errc::io, "no temporary directory can be made"};
    return report(error);
  }
  // Browsers of other users pass through it to their own.
  std::filesystem::permissions(folder, std::filesystem::perms(0711), failure);
  auto local = local_server(line, folder);
  const int code = local ? serve(*local) : report(local.error(), exit_config);
  std::filesystem::remove_all(folder, failure);
  return code;
}

}  // namespace greenroom::daemon
