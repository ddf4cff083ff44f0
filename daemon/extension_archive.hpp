// Zip archives of extensions: looked at before anything is written, then unpacked into a folder of our own.
// What an archive says of itself is believed in nothing.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "daemon/extension_manifest.hpp"

namespace greenroom::daemon {

struct ArchiveLimits {
  base::Bytes packed = base::Bytes{100ull * 1024 * 1024};
  base::Bytes unpacked = base::Bytes{256ull * 1024 * 1024};
  base::Bytes manifest = base::Bytes{1024ull * 1024};
  std::size_t entries = 20'000;
  std::size_t depth = 24;   ///< folders in folders
  std::size_t path = 1024;  ///< bytes
};

/// Where an entry goes below the extension's folder. "": nothing is made of it (a folder, or what a packer
/// left for itself). Back-slashes are slashes, as some packers for Windows write them. Errors:
/// invalid_argument (absolute, "..", a drive, control characters, too long, too deep).
base::Result<std::string> entry_path(std::string_view name, const ArchiveLimits& limits);

struct UnpackedExtension {
  ExtensionManifest manifest;
  base::Bytes size;
  std::size_t files = 0;
};

/// Unpacks into `folder`, which is made and must not be there: folders 0700, files 0600, links never. When
/// all of it lies in one folder of the archive, that folder is the extension. Errors: invalid_argument,
/// too_large, storage_full, io; something of `folder` may then be there. Blocks.
base::Result<UnpackedExtension> unpack_extension(std::string_view archive, const std::string& folder,
                                                 const ArchiveLimits& limits);

/// What the archive is, without writing anything. Errors: invalid_argument, too_large. Blocks.
base::Result<UnpackedExtension> look_into_extension(std::string_view archive, const ArchiveLimits& limits);

}  // namespace greenroom::daemon
