// Files whose content is encrypted, in pieces, so that one of any size is written and read without holding
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace greenroom::base {

/// The key in a file: 64 hexadecimal digits, with blanks around them, or 32 bytes as they are.
/// Errors: not_found, io, invalid_argument. They never hold what the file holds.
Result<std::string> read_seal_key(const std::string& path);

/// Writes a file. With a key it is encrypted (AES-256-GCM, each piece by itself, the order and the end
/// authenticated, too), without one written as it is.
///
/// `about` is said again by who reads: a file that is put in the place of another one is not accepted.
/// Lifetime `fd` outlives it. Blocks.
class SealedWriter {
 public:
  SealedWriter(int fd, std::string_view key, std::string about);
  /// Errors: io, storage_full.
  Result<void> write(std::string_view data);
  /// The last piece, and everything is on the disk. Errors: io, storage_full.
  Result<void> finish();
  std::uint64_t written() const { return written_; }  ///< bytes of the file

 private:
  Result<void> begin();
  Result<void> seal(bool is_last);
  Result<void> put(std::string_view bytes);

  int fd_;
  std::string master_;
  std::string key_;  // this file's own
  std::string about_;
  std::string piece_;
  std::uint64_t number_ = 0;
  std::uint64_t written_ = 0;
  bool has_begun_ = false;
};

/// Reads what SealedWriter wrote; a file that is not encrypted is read as it is, whether or not there is a
/// key.
/// Lifetime `fd` outlives it. Blocks.
class SealedReader {
 public:
  SealedReader(int fd, std::string_view key, std::string about);
  /// The next piece, which lives until the next call; empty at the end. Nothing is handed out that is not
  /// authentic, but what was handed out before may turn out to be the head of a file that was cut.
  /// Errors: io, conflict (encrypted with another key, or there is none), protocol (damaged).
  Result<std::string_view> read();

 private:
  Result<void> begin();
  Result<std::string_view> read_plain();
  Result<std::string_view> unseal();
  /// As many bytes as there are, at most so many.
  Result<std::string> get(std::size_t count);

  int fd_;
  std::string master_;
  std::string key_;
  std::string about_;
  std::string rest_;  // of what was read to see which kind it is
  std::string piece_;
  std::uint64_t number_ = 0;
  bool has_begun_ = false;
  bool is_sealed_ = false;
  bool is_over_ = false;
};

}  // namespace greenroom::base
