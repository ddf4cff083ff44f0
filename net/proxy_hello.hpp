// What is said to a proxy that speaks HTTP before it becomes a tunnel (RFC 9110 §9.3.6). Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/egress_rules.hpp"

namespace greenroom::net {

/// "Basic …", or empty without a user name (RFC 7617).
std::string proxy_credential(const Upstream& upstream);

/// "host:port", an IPv6 address in brackets.
std::string authority(const Host& host, std::uint16_t port);

std::string connect_head(const Upstream& upstream, const Host& host, std::uint16_t port);

/// The size of the whole answer to connect_head(), or nothing while bytes are missing: behind it the tunnel
/// begins.
/// Errors: protocol; too_large; unauthenticated (407); closed (any other refusal, its status told).
base::Result<std::optional<std::size_t>> parse_connect_answer(std::string_view bytes);

}  // namespace greenroom::net
