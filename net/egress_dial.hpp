// Making the connection that a decision allows: the address that was judged is the one that is connected to.
#pragma once

#include <functional>
#include <memory>

#include "net/egress_proxy.hpp"
#include "net/wire.hpp"

namespace greenroom::net {

/// The tunnel's other end, or the rule that forbids it.
struct Dialled {
  std::unique_ptr<ProxyWire> wire;  ///< nullptr: see `verdict`
  std::string early;                ///< bytes that came behind an upstream's answer
  EgressVerdict verdict = EgressVerdict::allowed;
};

/// References outlive it.
/// Errors   not_found, unavailable, timed_out, closed; of an upstream also unauthenticated, protocol,
/// too_large. Cancel   returns early.
base::Task<base::Result<Dialled>> dial(EgressContext& context, const EgressDecision& decision,
                                       const Host& host, std::uint16_t port);

using SocketResult = base::Result<std::unique_ptr<boost::asio::ip::tcp::socket>>;

/// A connection of the daemon's own to where every page may go: the operator's rules hold, a session's do
/// not. Errors   forbidden; not_found, unavailable, timed_out, closed. Cancel returns early.
base::Task<SocketResult> connect_as_pages_may(EgressContext& context, std::string host, std::uint16_t port);

/// A connection of the daemon's own to what the operator has named. Errors: as above, but forbidden.
base::Task<SocketResult> connect_anywhere(EgressContext& context, std::string host, std::uint16_t port);

}  // namespace greenroom::net
