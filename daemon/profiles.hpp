// api::Profiles on the store, the disk and the sessions that use them.
#pragma once

#include <list>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "api/profiles.hpp"
#include "base/blocking_pool.hpp"
#include "base/event.hpp"
#include "base/log.hpp"
#include "daemon/profile_files.hpp"
#include "session/companion.hpp"
#include "store/profile_store.hpp"

namespace greenroom::daemon {

class ProfileCompanion;

struct KeptProfilesOptions {
  ProfileFilesOptions files;
  /// How long what needs a profile waits for a session that is still saving it.
  base::Milliseconds save_patience{30'000};
  /// For a browser that is asked to close, so that it writes everything.
  base::Milliseconds close_patience{15'000};
};

/// Several sessions may begin with one profile at a time, each with a copy of its own. Of several that save
/// it, the one that ends last makes the newest version, as a whole: nothing of two is ever mixed.
///
/// Lifetime everything given to it outlives it; it outlives every session.
class KeptProfiles final : public api::Profiles {
 public:
  KeptProfiles(const base::Executor& executor, store::ProfileStore& rows, const base::Clock& clock,
               KeptProfilesOptions options, base::Logger log);

  /// Removes what an earlier daemon left half done. Once, before the first session. Errors: of the store.
  base::Task<base::Result<void>> sweep();
  /// AddCompanions. Errors: not_found; unavailable (still being saved); those of the files.
  base::Task<base::Result<void>> add(const session::SessionSpec& spec, session::Companions& companions);

  base::Task<base::Result<api::Profile>> make(std::string project_id, api::ProfileName name) override;
  base::Task<base::Result<api::Profile>> find(std::string project_id, std::string id) override;
  base::Task<base::Result<api::ProfilePage>> list(api::ProfileQuery query) override;
  base::Task<base::Result<api::Profile>> rename(std::string project_id, std::string id,
                                                std::optional<std::string> name) override;
  base::Task<base::Result<void>> erase(std::string project_id, std::string id) override;
  base::Task<base::Result<api::Profile>> fork(std::string project_id, std::string id,
                                              std::optional<std::string> name) override;
  base::Task<base::Result<std::vector<session::Cookie>>> cookies(std::string project_id,
                                                                 std::string id) override;
  base::Task<base::Result<std::size_t>> put_cookies(std::string project_id, std::string id,
                                                    std::vector<session::Cookie> cookies,
                                                    bool instead_of_all) override;
  base::Task<base::Result<std::unique_ptr<api::ProfileExport>>> export_archive(std::string project_id,
                                                                               std::string id) override;
  base::Task<base::Result<api::Profile>> import_archive(std::string project_id, std::string id,
                                                        api::ArchiveSource source) override;
  base::Result<void> persist(std::string_view session_id, bool wanted) override;

 private:
  friend class ProfileCompanion;

  using Opened = std::shared_ptr<const OpenProfile>;
  /// One operation at a time changes a profile.
  class Turn {
   public:
    Turn(KeptProfiles& owner, std::string id) : owner_(&owner), id_(std::move(id)) {}
    Turn(Turn&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), id_(std::move(other.id_)) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn();

   private:
    KeptProfiles* owner_;
    std::string id_;
  };

  base::Task<Turn> turn(std::string id);
  bool is_being_saved(const std::string& id) const;
  base::Task<base::Result<void>> wait_until_saved(std::string id);
  base::Task<base::Result<store::ProfileRecord>> find_settled(std::string project_id, std::string id);
  /// Nothing for a profile that was never saved.
  base::Task<base::Result<Opened>> open(store::ProfileRecord row);
  /// Within a turn: the draft becomes the version after `row`'s.
  base::Task<base::Result<store::ProfileRecord>> place(store::ProfileRecord row, DraftPointer draft);
  /// The draft becomes the newest version, if its profile is still there.
  base::Task<base::Result<store::ProfileRecord>> save(std::string project_id, std::string id,
                                                      DraftPointer draft);

  base::Task<base::Result<std::shared_ptr<ProfileImport>>> take_in(api::ArchiveSource source);

  base::Executor executor_;
  store::ProfileStore& rows_;
  const base::Clock& clock_;
  KeptProfilesOptions options_;
  base::Logger log_;
  ProfileFiles files_;
  std::set<std::string> turns_;        // ids of profiles that are being changed
  std::list<ProfileCompanion*> live_;  // of sessions that have a profile
  base::Notifier turn_over_;
  base::Notifier session_over_;
  base::BlockingPool disk_{2};  // its own: a large profile must not hold up launches
};

}  // namespace greenroom::daemon
