// Reading what a create request says of proxies, where APIs agree on it.
#pragma once

#include <string>
#include <string_view>

#include "api/json_fields.hpp"
#include "session/network.hpp"

namespace greenroom::api {

/// A host pattern as callers write it: "example.com", "*.example.com", or a simple regular expression for the
/// same ("example\.com", "^.*\.example\.com$"). Empty: it is neither.
std::string host_pattern_of(std::string_view text);

/// The member `proxies`: a switch, or a list of which each item has a `type`: `managed` (a proxy of the
/// provider's), "external" (server, username, password) or "none"; each for the hosts of its domainPattern.
/// Errors: unsupported (a managed one in a certain place).
base::Result<void> read_proxies(FieldReader& fields, std::string_view managed, session::NetworkWishes& out);

/// Whether one of them is the provider's, which here is the operator's.
bool wants_provided_proxy(const session::NetworkWishes& wishes);

}  // namespace greenroom::api
