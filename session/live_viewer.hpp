// Who looks at a session, as its link says.
#pragma once

#include <functional>
#include <string>

namespace greenroom::session {

struct LiveViewer {
  bool may_control = false;
  std::string tab;                         ///< the only tab that it sees; empty: whichever is shown
  std::function<bool()> is_still_allowed;  ///< its link may expire while it looks; empty: it does not
};

}  // namespace greenroom::session
