// api::LiveInput on the real sessions.
#pragma once

#include <string>

#include "api/live_input.hpp"
#include "session/manager.hpp"

namespace greenroom::daemon {

/// Lifetime the manager outlives it.
class SessionViewers final : public api::LiveInput {
 public:
  explicit SessionViewers(session::SessionManager& sessions) : sessions_(sessions) {}

  base::Task<void> serve(std::string session_id, std::unique_ptr<net::MessageStream> stream,
                         session::LiveViewer viewer) override;

 private:
  session::SessionManager& sessions_;
};

}  // namespace greenroom::daemon
