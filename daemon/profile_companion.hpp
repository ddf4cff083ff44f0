// What a session does with its profile: begins with it, and saves what it has become.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "daemon/profiles.hpp"
#include "session/companion.hpp"
#include "session/tab_storage.hpp"

namespace greenroom::daemon {

/// The first of a session's companions: at the end it closes the browser itself, after the others have done
/// what they need it for.
class ProfileCompanion final : public session::Companion {
 public:
  ProfileCompanion(KeptProfiles& owner, store::ProfileRecord row, KeptProfiles::Opened opened, bool persists);
  ~ProfileCompanion() override;

  base::Task<base::Result<void>> prepare(session::Carrier& session, browser::Fingerprint& wanted) override;
  base::Task<base::Result<void>> begin(session::Carrier& session, browser::Browser& browser) override;
  base::Task<void> before_stop(browser::Browser& browser) override;
  base::Task<void> after_exit(browser::Browser& browser) override;

  const std::string& profile() const { return row_.id; }
  bool belongs_to(std::string_view session_id) const;
  bool is_saving() const;
  void persist(bool wanted);

 private:
  base::Task<base::Result<void>> put_cookies(browser::Browser& browser);
  base::Task<base::Result<void>> gather(browser::Browser& browser);
  base::Task<base::Result<store::ProfileRecord>> save(browser::Browser& browser);

  KeptProfiles& owner_;
  store::ProfileRecord row_;
  KeptProfiles::Opened opened_;  // until it is in the browser's directory
  session::ProfileState state_;
  bool persists_;
  session::Carrier* session_ = nullptr;
  std::unique_ptr<session::TabStorage> tabs_;
  std::optional<session::ProfileState> gathered_;
  base::Logger log_;
};

}  // namespace greenroom::daemon
