#include "daemon/daemon_client.hpp"

#include <boost/json.hpp>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/signed_token.hpp"
#include "daemon/daemon_file.hpp"
#include "daemon/setup.hpp"
#include "store/secret_store.hpp"

namespace greenroom::daemon {

namespace json = boost::json;
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

/// What the daemon said, without the shell around it.
Error refusal(const net::Response& answer) {
  boost::system::error_code failure;
  const json::value body = json::parse(answer.body, failure);
  std::string words = answer.body;
  if (!failure && body.is_object())
    if (const json::value* message = body.get_object().if_contains("message");
        message && message->is_string())
      words = message->get_string();
  const auto without = [&](errc code) {
    const std::string front = std::string(base::sentence(code)) + ": ";
    return words.starts_with(front) ? words.substr(front.size()) : words;
  };
  switch (answer.status) {
    case 404: {
      const std::string what = without(errc::not_found);
      return Error{errc::unavailable, what == "session" ? "there is no such session" : what};
    }
    case 409:
      return Error{errc::conflict, without(errc::conflict)};
    case 507:
      return Error{errc::storage_full, words};
    default:
      return Error{errc::protocol, "the daemon answered " + std::to_string(answer.status) + ": " + words};
  }
}
}  // namespace

Result<DaemonClient> DaemonClient::find(const CommandLine& line) {
  const auto directory = data_directory(line);
  if (!directory) return directory.error();
  const auto daemon = read_daemon_file(*directory);
  if (!daemon) return daemon.error();
  return DaemonClient(*directory, reachable(daemon->address), daemon->port, daemon->pid);
}

Result<net::Response> DaemonClient::exchange(const std::string& method, const std::string& target,
                                             const net::OnPiece& on_piece) const {
  const auto token = admin_token(directory_);
  if (!token) return token.error();
  net::ClientRequest request;
  request.host = host_;
  request.port = port_;
  request.method = method;
  request.target = target;
  request.headers.add("authorization", "Bearer " + *token);
  const auto answer = net::fetch(request, on_piece);
  if (!answer && answer.error().code == errc::closed)
    return Error{errc::unavailable, "the daemon is not running (" + directory_ +
                                        "/daemon.json names process " + std::to_string(pid_) +
                                        ", which does not answer)"};
  if (answer && answer->status >= 300) return refusal(*answer);
  return answer;
}

Result<std::string> DaemonClient::ask(const std::string& method, const std::string& target) const {
  auto answer = exchange(method, target, {});
  if (!answer) return answer.error();
  return std::move(answer->body);
}

Result<void> DaemonClient::download(const std::string& target, const net::OnPiece& on_piece) const {
  const auto answer = exchange("GET", target, on_piece);
  if (!answer) return answer.error();
  return {};
}

Result<std::string> session_target(const CommandLine& line) {
  const std::string& id = line.operands.front();
  if (!base::is_uuid(id)) return Error{errc::invalid_argument, "'" + id + "' is no session's id"};
  return "/greenroom/v1/sessions/" + id;
}

}  // namespace greenroom::daemon
