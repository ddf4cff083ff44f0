// Scripts of the daemon's own in a page: in a JavaScript world that the page's scripts cannot see, and
// without Runtime.enable, which they can notice.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "cdp/switchboard.hpp"

namespace greenroom::cdp {

/// Parameters of Target.setAutoAttach for a line of the daemon's own. Never waiting: the first release of a
/// paused target wins, and a second waiter would come too late.
json::object attach_without_waiting();

/// Makes a world of that name in a frame of the session's target, or finds the one of that name. `then` gets
/// its id, and is not called when there is none: the document has gone, or lets no script run.
void make_isolated_world(Line& line, const std::string& session, std::string_view frame,
                         std::string_view name, std::function<void(std::int64_t)> then);

/// Evaluates an expression in a world and waits for its promise, as long as that takes: a long poll. `then`
/// gets the text that came, and is not called for anything else.
void ask_world(Line& line, const std::string& session, std::int64_t world, std::string_view expression,
               std::function<void(std::string_view)> then);

}  // namespace greenroom::cdp
