// Why a connection failed, in Chromium's own words. It knows only that its proxy did not make one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cdp/envelope.hpp"

namespace greenroom::cdp {

/// A message of the browser that tells of a request which failed at the session's own way to the network (the
/// answer of Page.navigate, Network.loadingFailed), with `reason` ("net::ERR_CONNECTION_REFUSED") as its
/// errorText; nothing for every other message. Pure.
std::optional<std::string> with_reason(std::string_view message, const Envelope& envelope,
                                       std::string_view reason);

}  // namespace greenroom::cdp
