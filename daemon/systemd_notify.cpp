#include "daemon/systemd_notify.hpp"

#include <charconv>
#include <cstddef>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/deadline.hpp"

namespace greenroom::daemon {

using base::Task;

namespace {

std::optional<std::int64_t> positive_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || number <= 0)
    return std::nullopt;
  return number;
}

/// One assignment of the protocol; it ends at a line feed, so the text may have none.
std::string status_line(std::string_view text) {
  std::string line = "STATUS=" + std::string(text);
  for (char& c : line)
    if (c == '\n') c = ' ';
  return line;
}

}  // namespace

NotifyEnvironment parse_notify_environment(std::string_view notify_socket, std::string_view watchdog_usec,
                                           std::string_view watchdog_pid, int own_pid) {
  NotifyEnvironment environment;
  const bool plausible = notify_socket.size() > 1 && notify_socket.size() < sizeof(sockaddr_un::sun_path) &&
                         (notify_socket[0] == '/' || notify_socket[0] == '@');
  if (!plausible) return environment;
  environment.socket = notify_socket;
  if (!watchdog_pid.empty() && positive_number(watchdog_pid) != own_pid) return environment;
  if (const auto interval = positive_number(watchdog_usec))
    environment.watchdog = std::chrono::microseconds(*interval);
  return environment;
}

SystemdNotifier::SystemdNotifier(NotifyEnvironment environment) : environment_(std::move(environment)) {
  if (environment_.socket.empty()) return;
  socket_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

void SystemdNotifier::ready(std::string_view status) { send("READY=1\n" + status_line(status)); }
void SystemdNotifier::status(std::string_view text) { send(status_line(text)); }
void SystemdNotifier::stopping(std::string_view status) { send("STOPPING=1\n" + status_line(status)); }

Task<void> SystemdNotifier::keep_alive() {
  if (!environment_.watchdog || !socket_) co_return;
  const std::chrono::nanoseconds half = *environment_.watchdog / 2;
  co_await base::keep_running_when_cancelled();
  for (;;) {
    const auto cancelled = (co_await base::asio::this_coro::cancellation_state).cancelled();
    if (cancelled != base::asio::cancellation_type::none) co_return;
    send("WATCHDOG=1");
    co_await base::sleep_for(half);
  }
}

void SystemdNotifier::send(std::string_view message) {
  if (!socket_) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& path = environment_.socket;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (path[0] == '@') address.sun_path[0] = '\0';  // unix(7): an abstract name begins with NUL, not with '@'
  // An abstract name has no end mark: its length is part of it.
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  [[maybe_unused]] const auto sent =
      ::sendto(socket_.value(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
               reinterpret_cast<const sockaddr*>(&address), length);
}

}  // namespace greenroom::daemon
