// Opening what a handler named.
#include "net/file_answer.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>

namespace greenroom::net {

base::Result<OpenFile> open_file(const std::string& path) {
  OpenFile file;
  // O_NONBLOCK: a FIFO in a file's place must not hold the loop.
  file.fd.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.fd) {
    const int reason = errno;
    if (reason == ENOENT || reason == ENOTDIR || reason == ELOOP) {
      return base::Error{base::errc::not_found, {}};
    }
    return base::errno_error("open a file to serve", reason);
  }
  struct stat status {};
  if (::fstat(file.fd.value(), &status) != 0) return base::errno_error("look at a file to serve", errno);
  if (!S_ISREG(status.st_mode)) return base::Error{base::errc::not_found, {}};
  file.size.count = static_cast<std::uint64_t>(status.st_size);
  char tag[64];
  std::snprintf(tag, sizeof tag, "\"%llx-%llx%08lx\"", static_cast<unsigned long long>(file.size.count),
                static_cast<unsigned long long>(status.st_mtim.tv_sec),
                static_cast<unsigned long>(status.st_mtim.tv_nsec));
  file.etag = tag;
  return file;
}

}  // namespace greenroom::net
