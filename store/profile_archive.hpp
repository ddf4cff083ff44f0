// A browser's profile as one archive: what belongs to it, packed and unpacked, and other people's archives
// checked. The only file that names libarchive. Everything here blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "base/bytes.hpp"
#include "base/error.hpp"

struct archive;

namespace greenroom::store {

struct ArchiveLimits {
  base::Bytes size{1ull << 30};  ///< of all files together, unpacked
  std::size_t files = 100'000;
};

/// Takes an archive's bytes as they are made.
using PutBytes = std::function<base::Result<void>(std::string_view)>;
/// Gives an archive's bytes; empty at the end. They live until the next call.
using GetBytes = std::function<base::Result<std::string_view>()>;

/// Whether a path is one of those that a profile holds: relative, without "..", and below one of the names
/// that Chromium keeps pages' data and its user's settings under. No cache is among them. Pure.
bool is_profile_path(std::string_view path);

/// Writes a tar archive, compressed by zstd.
class ArchiveWriter {
 public:
  explicit ArchiveWriter(PutBytes put);
  ~ArchiveWriter();
  /// The next file. All of its bytes follow. Errors: io, those of `put`.
  base::Result<void> begin_file(const std::string& path, std::uint64_t size);
  base::Result<void> write(std::string_view data);
  base::Result<void> finish();

 private:
  base::Error failure(std::string_view doing) const;
  static ssize_t take(struct archive*, void* self, const void* data, std::size_t size);

  PutBytes put_;
  std::optional<base::Error> put_failure_;
  struct archive* archive_;
};

/// Reads a tar archive, as it is or compressed by gzip or zstd. Folders are stepped over; anything else that
/// is no plain file is an error, and so is more than the limits allow.
class ArchiveReader {
 public:
  struct File {
    std::string path;
    std::uint64_t size = 0;
  };

  ArchiveReader(GetBytes get, ArchiveLimits limits);
  ~ArchiveReader();
  /// The next file; nothing at the end. Errors: invalid_argument (no such archive, or what is not allowed in
  /// it), too_large, those of `get`.
  base::Result<std::optional<File>> next();
  /// Its next bytes; empty at its end.
  base::Result<std::string_view> read();

 private:
  base::Error failure() const;
  base::Result<void> open();
  static ssize_t give(struct archive*, void* self, const void** data);

  GetBytes get_;
  ArchiveLimits limits_;
  std::optional<base::Error> get_failure_;
  std::string buffer_;
  std::uint64_t left_ = 0;   // of the file
  std::uint64_t total_ = 0;  // of all files
  std::size_t files_ = 0;
  bool is_open_ = false;
  struct archive* archive_;
};

/// Packs what a profile holds out of a browser's folder, in which nothing runs any more. What is not a plain
/// file of `owner`'s with one name is left out: a browser that was taken over may have put links there.
/// Answers the size of the files. Errors: io, too_large, those of `put`.
base::Result<base::Bytes> pack_profile(const std::string& directory, uid_t owner, ArchiveLimits limits,
                                       PutBytes put);

/// Unpacks into an existing folder that nobody else can reach. Errors: those of ArchiveReader; io,
/// storage_full.
base::Result<void> unpack_profile(GetBytes get, ArchiveLimits limits, const std::string& directory);

}  // namespace greenroom::store
