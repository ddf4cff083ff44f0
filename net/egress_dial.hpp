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

}  // namespace greenroom::net
