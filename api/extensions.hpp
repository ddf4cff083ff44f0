// Browser extensions that people upload once and name when they create sessions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/task.hpp"
#include "net/http.hpp"

namespace greenroom::api {

struct Extension {
  std::string id;  ///< UUID
  std::string project_id;
  std::string name;       ///< as its uploader called it, or its manifest, or its file
  std::string version;    ///< of the manifest
  std::string file_name;  ///< of the archive, without folders
  base::Bytes size;       ///< of the archive
  base::WallTime created_at;
  base::WallTime updated_at;

  bool operator==(const Extension&) const = default;
};

/// The most that a request with an archive may have: some more than an archive.
inline constexpr base::Bytes extension_form_limit{101ull * 1024 * 1024};

/// An archive that somebody sends.
struct ExtensionUpload {
  std::string project_id;
  std::string file_name;  ///< as sent, folders and all; kept for people, never a path of ours
  std::string name;       ///< empty: the manifest's
  std::string content;    ///< unless it is in `file`
  base::UniqueFd file;    ///< open for reading, at its beginning
  base::Bytes size;
};

/// Everything is the named project's; what belongs to another is not found. Errors: also those of the store.
class Extensions {
 public:
  virtual ~Extensions() = default;

  /// Reads a form whose part "file" is an archive; a field "name" is its name. The project is for the caller
  /// to set. Errors: invalid_argument (no form, no such part), too_large, storage_full, io; those of the
  /// connection.
  virtual base::Task<base::Result<ExtensionUpload>> receive(const net::Request& request) = 0;
  /// Errors: invalid_argument (no zip, no manifest, names that lead elsewhere), too_large, conflict (the
  /// project has too many), storage_full, io.
  virtual base::Task<base::Result<Extension>> add(ExtensionUpload upload) = 0;
  /// Its archive again under the same id; sessions that run keep what they have. Errors: as add(), not_found.
  virtual base::Task<base::Result<Extension>> replace(std::string id, ExtensionUpload upload) = 0;
  /// Errors: not_found.
  virtual base::Task<base::Result<Extension>> find(std::string project_id, std::string id) = 0;
  /// The newest first.
  virtual base::Task<base::Result<std::vector<Extension>>> list(std::string project_id) = 0;
  /// Sessions that run keep it. Errors: not_found.
  virtual base::Task<base::Result<void>> remove(std::string project_id, std::string id) = 0;

  /// Whether "chrome-extension://…" is one that this session's own browser has loaded.
  virtual bool is_of_session(std::string_view session_id, std::string_view origin) const = 0;
};

}  // namespace greenroom::api
