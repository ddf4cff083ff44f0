// Profiles: what a browser keeps of its user between sessions. A session begins with one, and what it changed
// is saved at its end when it was made so.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/task.hpp"
#include "session/cookie.hpp"

namespace greenroom::api {

struct Profile {
  std::string id;  ///< UUID
  std::string project_id;
  std::optional<std::string> name;
  base::WallTime created_at;
  base::WallTime updated_at;
  std::int64_t version = 0;  ///< counts what was saved; 0: nothing yet
  base::Bytes size;
  std::vector<std::string> domains;  ///< of which it keeps something

  bool operator==(const Profile&) const = default;
};

struct ProfileQuery {
  std::string project_id;
  std::string name_part;  ///< a part of its name, whatever its case; empty: all
  std::size_t offset = 0;
  std::size_t limit = 100;
};

struct ProfilePage {
  std::vector<Profile> profiles;  ///< the newest first
  std::size_t total = 0;          ///< without offset and limit
};

/// The next piece of an archive that comes in; empty at its end.
using ArchiveSource = std::function<base::Task<base::Result<std::string>>()>;

/// A profile's archive, piece by piece.
class ProfileExport {
 public:
  virtual ~ProfileExport() = default;
  /// Empty at the end. Errors: io, those of the archive.
  virtual base::Task<base::Result<std::string>> next() = 0;
};

/// How a profile gets its name.
struct ProfileName {
  std::optional<std::string> text;  ///< none: it has no name
  bool is_unique = false;           ///< no other one of its project may have it, whatever its case
};

/// Everything is the named project's; what belongs to another is not found. An id is the whole of it, or its
/// first 18 characters.
/// Errors   not_found; those of the store.
class Profiles {
 public:
  virtual ~Profiles() = default;

  /// An empty one. Errors: conflict (the name is taken).
  virtual base::Task<base::Result<Profile>> make(std::string project_id, ProfileName name) = 0;
  virtual base::Task<base::Result<Profile>> find(std::string project_id, std::string id) = 0;
  virtual base::Task<base::Result<ProfilePage>> list(ProfileQuery query) = 0;
  virtual base::Task<base::Result<Profile>> rename(std::string project_id, std::string id,
                                                   std::optional<std::string> name) = 0;
  /// Sessions that began with it go on, and save nothing.
  virtual base::Task<base::Result<void>> erase(std::string project_id, std::string id) = 0;
  /// A new one with a copy of all that this one keeps. One that is being saved is waited for.
  virtual base::Task<base::Result<Profile>> fork(std::string project_id, std::string id,
                                                 std::optional<std::string> name) = 0;

  virtual base::Task<base::Result<std::vector<session::Cookie>>> cookies(std::string project_id,
                                                                         std::string id) = 0;
  /// Answers how many it has then. A new version.
  virtual base::Task<base::Result<std::size_t>> put_cookies(std::string project_id, std::string id,
                                                            std::vector<session::Cookie> cookies,
                                                            bool instead_of_all) = 0;

  /// A tar archive, compressed by zstd. Errors: conflict (nothing was saved yet).
  virtual base::Task<base::Result<std::unique_ptr<ProfileExport>>> export_archive(std::string project_id,
                                                                                  std::string id) = 0;
  /// What it holds becomes the profile's next version; what is no part of a profile is left out.
  /// Errors: invalid_argument, too_large, storage_full, those of the source.
  virtual base::Task<base::Result<Profile>> import_archive(std::string project_id, std::string id,
                                                           ArchiveSource source) = 0;

  /// Whether that live session saves its profile at its end. Errors: not_found (it has none).
  virtual base::Result<void> persist(std::string_view session_id, bool wanted) = 0;
};

}  // namespace greenroom::api
