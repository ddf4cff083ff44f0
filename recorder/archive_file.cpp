#include "recorder/archive_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace greenroom::recorder {

using base::errc;
using base::Error;
using base::Result;
using base::UniqueFd;

Result<UniqueFd> open_plain_file(int directory, std::string_view name) {
  if (name.empty() || name.find('/') != std::string_view::npos)
    return Error{errc::invalid_argument, "not the name of a recording's file"};
  const std::string text(name);
  // O_NONBLOCK: opening a FIFO must not wait for its writer.
  UniqueFd fd(::openat(directory, text.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd) {
    if (errno == ENOENT) return Error{errc::not_found, text};
    return base::errno_error("opening " + text, errno);
  }
  struct stat status {};
  if (::fstat(fd.value(), &status) != 0) return base::errno_error("looking at " + text, errno);
  if (!S_ISREG(status.st_mode)) return Error{errc::invalid_argument, text + " is no regular file"};
  return fd;
}

Result<UniqueFd> open_plain_file(const std::string& directory, std::string_view name) {
  UniqueFd parent(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent) {
    if (errno == ENOENT) return Error{errc::not_found, directory};
    return base::errno_error("opening " + directory, errno);
  }
  return open_plain_file(parent.value(), name);
}

std::vector<std::string> file_names(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (auto it = std::filesystem::directory_iterator(directory, error);
       !error && it != std::filesystem::directory_iterator(); it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  return names;
}

Result<std::string> read_all(int fd, std::size_t most) {
  std::string content;
  char chunk[65536];
  for (;;) {
    const ssize_t n = ::read(fd, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return base::errno_error("reading a recording's file", errno);
    if (n == 0) return content;
    content.append(chunk, static_cast<std::size_t>(n));
    if (content.size() > most) return Error{errc::too_large, "a recording's file"};
  }
}

Result<std::string> read_recording_file(const std::string& directory, std::string_view name) {
  constexpr std::size_t most = 64u << 20;
  Result<UniqueFd> fd = open_plain_file(directory, name);
  if (!fd) return fd.error();
  return read_all(fd->value(), most);
}

Result<void> write_all(int fd, std::string_view bytes, std::string_view doing) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return storage_error(doing, errno);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Error storage_error(std::string_view doing, int error_number) {
  Error error = base::errno_error(doing, error_number);
  if (error_number == ENOSPC || error_number == EDQUOT) error.code = errc::storage_full;
  return error;
}

}  // namespace greenroom::recorder
