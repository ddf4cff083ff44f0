// What a browser does slowly once, done before anybody waits for it.
#pragma once

#include <string>

#include "base/task.hpp"
#include "cdp/switchboard.hpp"

namespace greenroom::browser {

/// Shows the page `target` a small document of our own and lets it go back to about:blank without a history.
/// The document has an address on the web, which is answered here and asked for nowhere: so the first real
/// page finds a renderer, fonts, script engine and compositor that have worked before (seen: 78 to 60 ms
/// until its load event).
///
/// Errors   closed, timed_out, protocol. The page may then show that document still.
base::Task<base::Result<void>> warm_up(base::Executor executor, cdp::Switchboard& switchboard,
                                       std::string target);

}  // namespace greenroom::browser
