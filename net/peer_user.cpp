#include "net/peer_user.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sstream>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.hpp"

namespace greenroom::net {

namespace {
using boost::asio::ip::tcp;

struct Request {
  nlmsghdr header;
  inet_diag_req_v2 body;
};

/// Network byte order, as sockaddr has it.
void put_address(std::uint32_t (&to)[4], const boost::asio::ip::address_v4& address) {
  const auto bytes = address.to_bytes();
  std::memcpy(to, bytes.data(), bytes.size());
}

Request make_request(const tcp::endpoint& socket, const tcp::endpoint& other) {
  Request request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST;  // one socket, not a list
  request.body.sdiag_family = AF_INET;
  request.body.sdiag_protocol = IPPROTO_TCP;
  request.body.idiag_states = ~0u;
  request.body.id.idiag_sport = htons(socket.port());
  request.body.id.idiag_dport = htons(other.port());
  put_address(request.body.id.idiag_src, socket.address().to_v4());
  put_address(request.body.id.idiag_dst, other.address().to_v4());
  request.body.id.idiag_cookie[0] = request.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return request;
}

enum class Answer { found, none, unknown };

Answer ask_kernel(const tcp::endpoint& socket, const tcp::endpoint& other, uid_t& owner) {
  const base::UniqueFd netlink(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!netlink) return Answer::unknown;
  const Request request = make_request(socket, other);
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  sockaddr address_of_kernel{};
  std::memcpy(&address_of_kernel, &kernel, sizeof kernel);
  if (::sendto(netlink.value(), &request, sizeof request, 0, &address_of_kernel, sizeof kernel) < 0)
    return Answer::unknown;
  // The kernel has answered before sendto returns.
  std::array<char, 8192> answer{};
  const ssize_t size = ::recv(netlink.value(), answer.data(), answer.size(), MSG_DONTWAIT);
  nlmsghdr header{};
  if (size < static_cast<ssize_t>(sizeof header)) return Answer::unknown;
  std::memcpy(&header, answer.data(), sizeof header);
  if (header.nlmsg_type == NLMSG_ERROR) {
    nlmsgerr error{};
    if (size < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof error)) return Answer::unknown;
    std::memcpy(&error, answer.data() + NLMSG_HDRLEN, sizeof error);
    return error.error == -ENOENT ? Answer::none : Answer::unknown;
  }
  inet_diag_msg about{};
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || size < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof about))
    return Answer::unknown;
  std::memcpy(&about, answer.data() + NLMSG_HDRLEN, sizeof about);
  owner = about.idiag_uid;
  return Answer::found;
}

/// "0100007F:1F90": the address as the machine has it in memory, the port as a number.
std::string proc_text(const tcp::endpoint& endpoint) {
  std::uint32_t raw = 0;
  const auto bytes = endpoint.address().to_v4().to_bytes();
  std::memcpy(&raw, bytes.data(), sizeof raw);
  char text[16];
  std::snprintf(text, sizeof text, "%08X:%04X", raw, static_cast<unsigned>(endpoint.port()));
  return text;
}

/// For kernels that were built without sock_diag.
std::optional<uid_t> read_proc(const tcp::endpoint& socket, const tcp::endpoint& other) {
  const std::string own = proc_text(socket), peer = proc_text(other);
  std::ifstream file("/proc/net/tcp");
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string number, local, remote, state, queues, timer, retries;
    uid_t owner = 0;
    if (words >> number >> local >> remote >> state >> queues >> timer >> retries >> owner && local == own &&
        remote == peer)
      return owner;
  }
  return std::nullopt;
}
}  // namespace

std::optional<uid_t> owner_of(const tcp::endpoint& socket, const tcp::endpoint& other) {
  if (!socket.address().is_v4() || !other.address().is_v4()) return std::nullopt;
  uid_t owner = 0;
  switch (ask_kernel(socket, other, owner)) {
    case Answer::found:
      return owner;
    case Answer::none:
      return std::nullopt;
    case Answer::unknown:
      break;
  }
  return read_proc(socket, other);
}

}  // namespace greenroom::net
