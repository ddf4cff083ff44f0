// File descriptors with an owner.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"

namespace greenroom::base {

/// Closes its descriptor when it goes. -1 means none.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  ~UniqueFd() { reset(); }

  int value() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

struct FdPair {
  UniqueFd first;
  UniqueFd second;
};

/// pipe2(O_CLOEXEC): `first` is the end to read. Errors: io.
Result<FdPair> make_pipe();

/// A connected pair of stream sockets, close-on-exec. Errors: io.
Result<FdPair> make_socket_pair();

/// A whole small file. Errors: not_found, io, too_large (over 16 MiB).
Result<std::string> read_file(const std::string& path);

/// Replaces a file in one step: a crash leaves the old one or the new one. Errors: io, storage_full.
Result<void> write_file_atomically(const std::string& path, std::string_view content, unsigned mode);

}  // namespace greenroom::base
