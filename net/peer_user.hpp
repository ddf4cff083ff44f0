// Who sits at the other end of a TCP connection that begins on this machine.
#pragma once

#include <optional>
#include <sys/types.h>

#include <boost/asio/ip/tcp.hpp>

namespace greenroom::net {

/// The user who owns the socket whose own end is `socket` and whose other end is `other`; nothing when there
/// is none (it was closed) or the kernel does not tell. Asks the kernel (sock_diag(7)), else reads /proc/net.
std::optional<uid_t> owner_of(const boost::asio::ip::tcp::endpoint& socket,
                              const boost::asio::ip::tcp::endpoint& other);

}  // namespace greenroom::net
