// Files of sessions: what callers upload for a session's pages, and what its pages download. And files of a
// project's own, which belong to no session.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/task.hpp"
#include "net/http.hpp"

namespace greenroom::api {

enum class FileSource { upload, download };

struct KeptFile {
  std::string id;  ///< a UUID
  std::string project_id;
  std::string session_id;  ///< empty: the project's own
  FileSource source = FileSource::upload;
  std::string name;         ///< as it was called, without directories and whatever else a name may not hold
  std::string stored_name;  ///< no other of that session and source has it
  std::string mime_type;
  base::Bytes size;
  std::string checksum;  ///< SHA-256, hexadecimal
  std::uint32_t crc = 0;
  base::WallTime created_at;

  bool operator==(const KeptFile&) const = default;
};

/// When there is one of that name already.
enum class SameName {
  replace,
  rename,  ///< "a (1).txt"
};

struct NewFile {
  std::string project_id;
  std::string session_id;  ///< empty: the project's own
  FileSource source = FileSource::upload;
  std::string name;  ///< as sent; made safe here
  std::string mime_type;
  SameName same_name = SameName::replace;
};

/// A file on its way in. What was not finished leaves nothing.
class FileIntake {
 public:
  virtual ~FileIntake() = default;
  /// `piece` is good until this returns. Errors: too_large, storage_full, io.
  virtual base::Task<base::Result<void>> write(std::string_view piece) = 0;
  /// It is kept, and a running session's pages can have it, when this returns. Errors: gone (the session has
  /// ended meanwhile), storage_full, io.
  virtual base::Task<base::Result<KeptFile>> finish() = 0;
};

struct FileQuery {
  std::string project_id;
  std::string session_id;  ///< empty: the project's own
  std::optional<FileSource> source;
  std::optional<std::string> name;  ///< exactly
  std::optional<std::string> mime_type;
  std::optional<base::Bytes> least;
  std::optional<base::Bytes> most;
  std::optional<base::WallTime> after;   ///< created not before
  std::optional<base::WallTime> before;  ///< created not after
  std::size_t limit = SIZE_MAX;
  std::size_t offset = 0;
};

struct FilePage {
  std::vector<KeptFile> files;  ///< the oldest first
  std::size_t total = 0;
};

/// Errors   besides the named ones, io and those of the store. Whose session it is, the caller has checked;
///          `project_id`s are checked here.
class SessionFiles {
 public:
  virtual ~SessionFiles() = default;

  /// Errors: gone (the session has ended), storage_full, too_large (its files take all the room they may).
  virtual base::Task<base::Result<std::unique_ptr<FileIntake>>> receive(NewFile file) = 0;
  virtual base::Task<base::Result<FilePage>> list(FileQuery query) = 0;
  /// Errors: not_found.
  virtual base::Task<base::Result<KeptFile>> find(std::string project_id, std::string id) = 0;
  /// Errors: not_found.
  virtual base::Task<base::Result<void>> erase(std::string project_id, std::string id) = 0;

  /// Waits until what the session's pages have downloaded is kept: a short while for downloads that are under
  /// way, longer for the end of one that is ending.
  virtual base::Task<void> settle(std::string session_id) = 0;

  /// The content, in place.
  virtual net::FileBody content_of(const KeptFile& file) const = 0;
  /// All of them as one zip archive, while it is sent; the name of each is its stored name.
  virtual net::BodyStream archive_of(std::vector<KeptFile> files) const = 0;

  /// Where a running session's browser has that upload. Errors: not_found, gone.
  virtual base::Result<std::string> browser_path_of(const KeptFile& file) const = 0;
  /// One file at most.
  virtual base::Bytes largest() const = 0;
  /// When a file of a session that ended then goes, unless it is erased before; nothing: never.
  virtual std::optional<base::Milliseconds> lifetime() const = 0;
};

}  // namespace greenroom::api
