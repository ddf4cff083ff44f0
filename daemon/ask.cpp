#include "daemon/ask.hpp"

#include "base/clock.hpp"
#include "base/signed_token.hpp"
#include "daemon/daemon_file.hpp"
#include "daemon/setup.hpp"
#include "net/http_client.hpp"
#include "store/secret_store.hpp"

namespace greenroom::daemon {

using base::errc;
using base::Error;
using base::Result;

namespace {

constexpr std::int64_t token_seconds = 60;

Result<std::string> admin_token(const std::string& directory) {
  auto database = store::Database::open(directory);
  if (!database) return database.error();
  const auto secret =
      run_to_end(store::SecretStore(**database).find_or_make(link_secret_name, link_secret_bytes));
  if (!secret) return secret.error();
  const auto now = std::chrono::floor<std::chrono::seconds>(base::SystemClock().wall());
  return base::sign_token(*secret, "admin", "command-line", now.time_since_epoch().count() + token_seconds);
}

/// Where a client reaches what listens on `address`.
std::string reachable(const std::string& address) {
  if (address == "0.0.0.0") return "127.0.0.1";
  return address == "::" ? "::1" : address;
}

}  // namespace

Result<std::string> ask(const CommandLine& line, const std::string& method, const std::string& target) {
  const auto directory = data_directory(line);
  if (!directory) return directory.error();
  const auto daemon = read_daemon_file(*directory);
  if (!daemon) return daemon.error();
  const auto token = admin_token(*directory);
  if (!token) return token.error();
  net::ClientRequest request;
  request.host = reachable(daemon->address);
  request.port = daemon->port;
  request.method = method;
  request.target = target;
  request.headers.add("authorization", "Bearer " + *token);
  const auto answer = net::fetch(request);
  if (!answer && answer.error().code == errc::closed)
    return Error{errc::unavailable, "the daemon is not running (" + *directory +
                                        "/daemon.json names process " + std::to_string(daemon->pid) +
                                        ", which does not answer)"};
  if (!answer) return answer.error();
  if (answer->status == 404) return Error{errc::unavailable, "there is no such session"};
  if (answer->status >= 300)
    return Error{errc::protocol,
                 "the daemon answered " + std::to_string(answer->status) + ": " + answer->body};
  return answer->body;
}

}  // namespace greenroom::daemon
