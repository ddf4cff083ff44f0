// The service manager's notification protocol, sd_notify(3), by hand: a datagram per message, no library.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.hpp"
#include "base/task.hpp"

namespace greenroom::daemon {

/// What the service manager asked for.
struct NotifyEnvironment {
  std::string socket;  ///< path, or '@' and an abstract name; empty: nobody listens
  std::optional<std::chrono::microseconds> watchdog;  ///< it kills us after so much silence

  bool operator==(const NotifyEnvironment&) const = default;
};

/// From NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID; values that make no sense count as absent, as in
/// sd_watchdog_enabled(3). `own_pid`: a watchdog for another process is not ours. Pure.
NotifyEnvironment parse_notify_environment(std::string_view notify_socket, std::string_view watchdog_usec,
                                           std::string_view watchdog_pid, int own_pid);

/// Tells the service manager how we are. Does nothing when nobody listens; never blocks and never fails its
/// caller: a message that cannot be sent is dropped.
class SystemdNotifier {
 public:
  explicit SystemdNotifier(NotifyEnvironment environment);

  /// Start-up is over.
  void ready(std::string_view status);
  /// A line for `systemctl status`; a line feed in it becomes a blank.
  void status(std::string_view text);
  /// Draining has begun.
  void stopping(std::string_view status);

  /// Says that the loop turns, twice in each watchdog interval; returns at once when there is no watchdog.
  /// Unbounded otherwise. Cancel: ends it.
  base::Task<void> keep_alive();

 private:
  void send(std::string_view message);

  NotifyEnvironment environment_;
  base::UniqueFd socket_;
};

}  // namespace greenroom::daemon
