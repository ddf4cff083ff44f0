#include "base/fd.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace greenroom::base {

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

Result<FdPair> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return errno_error("making a pipe", errno);
  return FdPair{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Result<FdPair> make_socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return errno_error("making a socket pair", errno);
  return FdPair{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Result<std::string> read_file(const std::string& path) {
  constexpr std::size_t limit = 16u << 20;
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT) return Error{errc::not_found, path};
    return errno_error("opening " + path, errno);
  }
  std::string content;
  char chunk[65536];
  for (;;) {
    const ssize_t n = ::read(fd.value(), chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error("reading " + path, errno);
    if (n == 0) return content;
    content.append(chunk, static_cast<std::size_t>(n));
    if (content.size() > limit) return Error{errc::too_large, path};
  }
}

Result<void> write_file_atomically(const std::string& path, std::string_view content, unsigned mode) {
  const std::string partial = path + ".partial";
  UniqueFd fd(::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!fd) return errno_error("creating " + partial, errno);
  if (::fchmod(fd.value(), mode) != 0) return errno_error("setting the mode of " + partial, errno);
  while (!content.empty()) {
    const ssize_t n = ::write(fd.value(), content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error("writing " + partial, errno);
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fsync(fd.value()) != 0) return errno_error("syncing " + partial, errno);
  if (::rename(partial.c_str(), path.c_str()) != 0) return errno_error("renaming to " + path, errno);
  return {};
}

}  // namespace greenroom::base
