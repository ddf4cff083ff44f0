// What of a CDP event may be kept: secrets are taken out before anything is stored. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace greenroom::session {

/// The parameters to store for an event, or nothing when the timeline does not keep events of this method.
///
/// Cookie, Set-Cookie and authorisation headers and request bodies are replaced; oversized texts are cut.
std::optional<std::string> masked_params(std::string_view method, std::string_view params);

}  // namespace greenroom::session
