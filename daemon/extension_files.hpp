// The folders of extensions: one for each archive, and one for each session that loads it. Everything blocks.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/process.hpp"
#include "daemon/extension_archive.hpp"

namespace greenroom::daemon {

/// Maps a file that nobody else writes, so that a large archive needs no memory of its own.
class MappedFile {
 public:
  MappedFile() = default;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();
  /// Errors: io, too_large.
  base::Result<std::string_view> open(int file, base::Bytes most);

 private:
  void* begin_ = nullptr;
  std::size_t size_ = 0;
};

/// The contents of an archive as `folder`/`hash`, unpacked unless they are there already. What is half done
/// is never seen under that name. Errors: as unpack_extension().
base::Result<ExtensionManifest> keep_extension(std::string_view archive, const std::string& folder,
                                               const std::string& hash, const ArchiveLimits& limits);

/// Makes the folder and removes what an earlier daemon left half done, or what no hash names any more.
/// Errors: io, storage_full.
base::Result<void> sweep_extensions(const std::string& folder, const std::vector<std::string>& hashes);

/// Errors: io.
base::Result<void> remove_extension(const std::string& folder, const std::string& hash);

/// Copies the contents of `from` to `home`/`name` and gives them to `owner`, who may have put anything into
/// `home` and may do so meanwhile: no name of his is ever followed.
/// Errors: io, storage_full; conflict (there is something of that name).
base::Result<void> copy_extension(const std::string& from, const std::string& home, const std::string& name,
                                  std::optional<base::Identity> owner);

}  // namespace greenroom::daemon
