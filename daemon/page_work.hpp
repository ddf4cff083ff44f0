// api::PageWork on the real sessions.
#pragma once

#include <string>

#include "api/page_work.hpp"
#include "session/manager.hpp"

namespace greenroom::daemon {

/// Lifetime the manager outlives it.
class SessionPages final : public api::PageWork {
 public:
  explicit SessionPages(session::SessionManager& sessions) : sessions_(sessions) {}

  base::Task<base::Result<session::Navigation>> navigate(std::string id,
                                                         session::NavigateRequest request) override;
  base::Task<base::Result<session::Done>> act(std::string id, session::ActRequest request) override;
  base::Task<base::Result<session::Outline>> outline(std::string id,
                                                     session::OutlineRequest request) override;
  base::Task<base::Result<std::string>> address(std::string id, std::string page) override;
  void note_call(std::string_view id, const boost::json::object& call) override;

 private:
  session::SessionManager& sessions_;
};

}  // namespace greenroom::daemon
