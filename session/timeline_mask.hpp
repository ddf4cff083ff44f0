// What of a CDP message may be kept: secrets are taken out before anything is stored. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace greenroom::session {

/// The parameters to store for an event, or nothing when the timeline does not keep events of this method.
///
/// Cookie, Set-Cookie and authorisation headers and request bodies are replaced; oversized texts are cut.
std::optional<std::string> masked_params(std::string_view method, std::string_view params);

/// What to store of a client's command that acts, or nothing when it does not act (a key that is let go, a
/// mouse that only moves).
///
/// What is typed is never kept, only how much: in time, nobody can tell a password's field from another. Keys
/// that write nothing (Enter, Tab, Control+A) are kept by name. Of cookies only their number is kept.
std::optional<std::string> masked_command(std::string_view method, std::string_view params);

/// What a line of the timeline is: "command" of a client, "event" of the browser, or "marker", a word of our
/// own.
std::string_view kind_of(std::string_view method);

}  // namespace greenroom::session
