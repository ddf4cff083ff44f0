// Profiles on the disk: <root>/<profile>/<version>/{files,state}. A version is there as a whole or not at
// all. Everything here blocks; objects are used from any thread, and have no state but what they are made
// with.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.hpp"
#include "base/sealed_file.hpp"
#include "browser/browser.hpp"
#include "session/profile_state.hpp"
#include "store/profile_archive.hpp"

namespace greenroom::daemon {

struct ProfileFilesOptions {
  std::string root;
  std::string key;  ///< 32 bytes; empty: what is written is not encrypted
  store::ArchiveLimits limits;
};

/// A version that is being made: nobody sees it before it is put in its place. It goes with the object
/// otherwise.
class ProfileDraft {
 public:
  explicit ProfileDraft(std::string directory) : directory_(std::move(directory)) {}
  ProfileDraft(const ProfileDraft&) = delete;
  ProfileDraft& operator=(const ProfileDraft&) = delete;
  ~ProfileDraft();
  const std::string& directory() const { return directory_; }

  session::ProfileState state;
  base::Bytes size;  ///< of the files, unpacked
  bool is_placed = false;

 private:
  std::string directory_;
};

using DraftPointer = std::unique_ptr<ProfileDraft>;

/// A version that is open: it can be read whatever becomes of its files.
class OpenProfile final : public browser::InitialProfile {
 public:
  OpenProfile(std::string id, ProfileFilesOptions options, base::UniqueFd files, session::ProfileState state)
      : id_(std::move(id)),
        options_(std::move(options)),
        files_(std::move(files)),
        state_(std::move(state)) {}
  const session::ProfileState& state() const { return state_; }
  /// Once: the files are read from their beginning to their end.
  base::Result<void> write(const std::string& directory) const override;
  store::GetBytes reader() const;

 private:
  std::string id_;
  ProfileFilesOptions options_;
  base::UniqueFd files_;
  session::ProfileState state_;
};

/// Somebody's archive while it comes in: a file that goes with the object. It is encrypted as profiles are.
class ProfileImport {
 public:
  ProfileImport(std::string path, base::UniqueFd fd, const ProfileFilesOptions& options);
  ProfileImport(const ProfileImport&) = delete;
  ProfileImport& operator=(const ProfileImport&) = delete;
  ~ProfileImport();
  /// Errors: too_large, io, storage_full.
  base::Result<void> write(std::string_view piece);
  base::Result<void> finish() { return writer_.finish(); }
  /// After finish(), once.
  store::GetBytes reader() const;

 private:
  std::string path_;
  base::UniqueFd fd_;
  std::string key_;
  std::uint64_t left_;
  base::SealedWriter writer_;
};

class ProfileFiles {
 public:
  explicit ProfileFiles(ProfileFilesOptions options) : options_(std::move(options)) {}

  /// Errors: not_found, io, conflict (another key), protocol (damaged).
  base::Result<std::shared_ptr<const OpenProfile>> open(const std::string& id, std::int64_t version) const;

  /// Of a browser's folder in which nothing runs any more. Errors: io, storage_full, too_large.
  base::Result<DraftPointer> draft_of_browser(const std::string& id, const std::string& folder, uid_t owner,
                                              session::ProfileState state) const;
  /// With the files of a version of a profile, encrypted anew for `id`. Version 0: without any files.
  /// Errors: as open(); storage_full.
  base::Result<DraftPointer> draft_of_version(const std::string& id, const std::string& from,
                                              std::int64_t version) const;
  /// Of somebody's archive. Errors: invalid_argument, too_large, io, storage_full.
  base::Result<DraftPointer> draft_of_archive(const std::string& id, store::GetBytes archive) const;
  /// Errors: io, storage_full.
  base::Result<std::unique_ptr<ProfileImport>> begin_import() const;

  /// The draft becomes that version; older ones but the last go. Errors: io, storage_full.
  base::Result<void> place(ProfileDraft& draft, const std::string& id, std::int64_t version) const;
  void remove(const std::string& id) const;
  /// Leaves of each profile what counts: its version and the one before. Others go, half ones, too.
  struct Known {
    std::string id;
    std::int64_t version = 0;
  };
  void sweep(const std::vector<Known>& known) const;

  const ProfileFilesOptions& options() const { return options_; }

 private:
  base::Result<DraftPointer> begin(const std::string& id) const;
  base::Result<void> write_state(const std::string& id, ProfileDraft& draft) const;
  base::Result<void> copy_files(const std::string& id, ProfileDraft& draft, store::GetBytes get,
                                bool is_ours) const;
  base::Result<void> copy_checked(store::ArchiveReader& in, store::ArchiveWriter& out,
                                  ProfileDraft& draft) const;
  std::string folder_of(const std::string& id) const { return options_.root + "/" + id; }

  ProfileFilesOptions options_;
};

/// The name of the state in an archive that is handed out or taken.
constexpr std::string_view archived_state_name = "greenroom-state.json";

}  // namespace greenroom::daemon
