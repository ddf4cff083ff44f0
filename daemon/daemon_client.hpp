// The command line's talk with the running daemon: over its own API, with a token that the store's secret
// signs. Whoever can read the store could do as much without asking, so this needs no key.
#pragma once

#include <string>

#include "base/error.hpp"
#include "daemon/command_line.hpp"
#include "net/http_client.hpp"

namespace greenroom::daemon {

/// One running daemon, and leave to ask it.
class DaemonClient {
 public:
  /// Finds the daemon of the command line's data directory. Errors: unavailable (none runs), those of the
  /// store.
  static base::Result<DaemonClient> find(const CommandLine& line);

  /// The body of a successful answer. Errors: unavailable (no daemon, no such session), conflict,
  /// storage_full, protocol, with the words of the daemon.
  base::Result<std::string> ask(const std::string& method, const std::string& target) const;
  /// As ask(), piece by piece, for what may be long.
  base::Result<void> download(const std::string& target, const net::OnPiece& on_piece) const;

 private:
  DaemonClient(std::string directory, std::string host, std::uint16_t port, std::int64_t pid)
      : directory_(std::move(directory)), host_(std::move(host)), port_(port), pid_(pid) {}
  base::Result<net::Response> exchange(const std::string& method, const std::string& target,
                                       const net::OnPiece& on_piece) const;

  std::string directory_;
  std::string host_;
  std::uint16_t port_ = 0;
  std::int64_t pid_ = 0;
};

/// "/greenroom/v1/sessions/<the first operand>". Errors: invalid_argument (it is no session's id).
base::Result<std::string> session_target(const CommandLine& line);

}  // namespace greenroom::daemon
