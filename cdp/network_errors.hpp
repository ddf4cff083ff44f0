// Why a connection failed, in Chromium's own words. It knows only that its proxy did not make one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cdp/envelope.hpp"

namespace greenroom::cdp {

/// Whether a message of the browser can tell of a failed request: Network.loadingFailed, or an answer like
/// Page.navigate's. Cheap: every message is asked. Pure.
bool may_tell_of_failure(const Envelope& envelope);

/// Such a message, if it tells of a request that failed at the session's own way to the network, with
/// `reason`
/// ("net::ERR_CONNECTION_REFUSED") as its errorText; nothing for every other message. Pure.
std::optional<std::string> with_reason(std::string_view message, std::string_view reason);

}  // namespace greenroom::cdp
