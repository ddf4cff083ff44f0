// Kept files on the disk, and the way of files from and to a browser's own folders. Those belong to an
// identity that pages may have taken over: nothing there is trusted, links least of all. Everything blocks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/fd.hpp"
#include "base/hasher.hpp"
#include "base/process.hpp"

namespace greenroom::daemon {

/// What is known of a file once it was written.
struct FileSummary {
  base::Bytes size;
  std::string checksum;  ///< SHA-256, hexadecimal
  std::uint32_t crc = 0;
};

/// A file on its way into a folder of the daemon's. One that was not kept leaves nothing.
class VaultFile {
 public:
  /// Makes the folder too. `id` is a UUID and becomes the file's name. Errors: io, storage_full.
  static base::Result<std::unique_ptr<VaultFile>> create(const std::string& folder, const std::string& id);
  ~VaultFile();
  VaultFile(const VaultFile&) = delete;
  VaultFile& operator=(const VaultFile&) = delete;

  /// Errors: io, storage_full.
  base::Result<void> write(std::string_view bytes);
  /// Gives it its name. Errors: io, storage_full.
  base::Result<FileSummary> keep();

 private:
  VaultFile(base::UniqueFd file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
  std::string partial() const { return path_ + ".partial"; }

  base::UniqueFd file_;
  std::string path_;
  base::Sha256 hash_;
  FileSummary summary_;
  bool is_kept_ = false;
};

/// A folder inside a browser's directory, and whose files are in it.
struct BrowserFolder {
  std::string path;
  std::optional<base::Identity> owner;  ///< none: the daemon's own user
};

/// Copies one of the browser's files into the vault. What is no plain file of the owner's alone is not_found.
/// Errors: not_found, too_large (over the limit), io, storage_full.
base::Result<FileSummary> take_file(const BrowserFolder& from, const std::string& name, VaultFile& to,
                                    base::Bytes limit);

/// Puts a copy of a kept file into the browser's folder, in the place of one of that name.
/// Errors: gone (the folder is), io, storage_full.
base::Result<void> place_file(const std::string& content, const BrowserFolder& folder,
                              const std::string& name);
void remove_placed(const BrowserFolder& folder, const std::string& name);

/// Names of plain files there, at most so many; those that are still being downloaded are not among them.
std::vector<std::string> finished_files(const BrowserFolder& folder, std::size_t most);

}  // namespace greenroom::daemon
