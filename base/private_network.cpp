#include "base/private_network.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace greenroom::base {

namespace {

constexpr unsigned most_sockets = 64;

/// What comes with the sockets.
struct Report {
  enum class Step : int { done, make_namespace, map_identity, raise_loopback, make_sockets };
  Step step = Step::done;
  int error_number = 0;
};

union Control {
  cmsghdr header;
  std::array<char, CMSG_SPACE(sizeof(int) * (most_sockets + 1))> room;
};

int send_report(int handover, Report report, const int* sockets, unsigned count) noexcept {
  iovec content{&report, sizeof report};
  Control control{};
  msghdr message{};
  message.msg_iov = &content;
  message.msg_iovlen = 1;
  if (count > 0) {
    message.msg_control = control.room.data();
    message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * count);
    std::memcpy(CMSG_DATA(header), sockets, sizeof(int) * count);
  }
  return ::sendmsg(handover, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof report ? 0 : errno;
}

bool write_to(const char* path, std::string_view text) noexcept {
  const int fd = ::open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool is_written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error_number = errno;
  ::close(fd);
  errno = error_number;
  return is_written;
}

/// user_namespaces(7): without the first, an unprivileged process may not write the second.
bool map_identity(const PrivateNetwork& network) noexcept {
  return write_to("/proc/self/setgroups", "deny") && write_to("/proc/self/gid_map", network.group_map) &&
         write_to("/proc/self/uid_map", network.user_map);
}

bool raise_loopback(int socket) noexcept {
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", 3);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  return ::ioctl(socket, SIOCSIFFLAGS, &request) == 0;
}

bool listen_on(int socket, std::uint16_t port) noexcept {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
         ::listen(socket, SOMAXCONN) == 0;
}

/// The step that failed, with errno.
Report::Step make_sockets(const PrivateNetwork& network, int* sockets, unsigned count) noexcept {
  constexpr int kind = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
  for (unsigned i = 0; i < count; ++i) {
    sockets[i] = ::socket(AF_INET, kind, 0);
    if (sockets[i] < 0) return Report::Step::make_sockets;
  }
  if (!raise_loopback(sockets[0])) return Report::Step::raise_loopback;
  if (!listen_on(sockets[0], network.port)) return Report::Step::make_sockets;
  return Report::Step::done;
}

const char* words_of(Report::Step step) {
  switch (step) {
    case Report::Step::done:
      return "nothing";
    case Report::Step::make_namespace:
      return "making a network namespace";
    case Report::Step::map_identity:
      return "taking an identity into a user namespace";
    case Report::Step::raise_loopback:
      return "raising a network namespace's loopback device";
    case Report::Step::make_sockets:
      return "making sockets in a network namespace";
  }
  return "";
}

}  // namespace

PrivateNetwork private_network(int handover, std::uint16_t port, unsigned unconnected, uid_t user,
                               gid_t group) {
  const auto map_of = [](unsigned id) { return std::to_string(id) + " " + std::to_string(id) + " 1\n"; };
  PrivateNetwork network;
  network.handover = handover;
  network.port = port;
  network.unconnected = std::min(unconnected, most_sockets);
  network.user_map = map_of(user);
  network.group_map = map_of(group);
  return network;
}

int enter_private_network(const PrivateNetwork& network, NamespaceOwner owner) noexcept {
  const bool is_childs = owner == NamespaceOwner::the_child;
  std::array<int, most_sockets + 1> sockets{};
  const unsigned count = 1 + std::min(network.unconnected, most_sockets);
  Report report;
  // Who has changed its identity does not own its own /proc entries any more (proc(5)).
  if (is_childs) ::prctl(PR_SET_DUMPABLE, 1);
  if (::unshare(CLONE_NEWNET | (is_childs ? CLONE_NEWUSER : 0)) != 0)
    report.step = Report::Step::make_namespace;
  else if (is_childs && !map_identity(network))
    report.step = Report::Step::map_identity;
  else
    report.step = make_sockets(network, sockets.data(), count);
  if (report.step == Report::Step::done) return send_report(network.handover, report, sockets.data(), count);
  report.error_number = errno;
  // Of us it is not said: the child may still succeed.
  if (is_childs) (void)send_report(network.handover, report, nullptr, 0);
  return report.error_number;
}

Result<PrivateSockets> take_private_sockets(int handover) {
  Report report;
  iovec content{&report, sizeof report};
  Control control{};
  msghdr message{};
  message.msg_iov = &content;
  message.msg_iovlen = 1;
  message.msg_control = control.room.data();
  message.msg_controllen = control.room.size();
  const ssize_t size = ::recvmsg(handover, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0) return errno_error("taking sockets over", errno);
  std::vector<UniqueFd> taken;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
      taken.emplace_back(fd);
    }
  }
  if (size != sizeof report) return Error{errc::io, "no sockets were handed over"};
  if (report.step != Report::Step::done) {
    Error failure = errno_error(words_of(report.step), report.error_number);
    if (report.step != Report::Step::make_sockets) failure.code = errc::unsupported;
    return failure;
  }
  if (taken.empty()) return Error{errc::io, "no sockets were handed over"};
  PrivateSockets sockets;
  sockets.listening = std::move(taken.front());
  sockets.unconnected.assign(std::make_move_iterator(taken.begin() + 1),
                             std::make_move_iterator(taken.end()));
  return sockets;
}

}  // namespace greenroom::base
