#include "store/data_lock.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace greenroom::store {

using base::errc;
using base::Error;
using base::Result;

Result<void> prepare_data_directory(const std::string& directory) {
  std::error_code error;
  const std::filesystem::path path(directory);
  if (std::filesystem::is_directory(path, error)) return {};
  if (std::filesystem::exists(path, error))
    return Error{errc::invalid_argument, directory + " is not a directory"};
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  if (error) return base::errno_error("making " + path.parent_path().string(), error.value());
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return base::errno_error("making " + directory, errno);
  return {};
}

Result<DataLock> DataLock::take(const std::string& directory) {
  const std::string path = directory + "/lock";
  base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return base::errno_error("opening " + path, errno);
  if (::flock(fd.value(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return base::errno_error("locking " + path, errno);
    char holder[32] = {};
    const ssize_t n = ::pread(fd.value(), holder, sizeof holder - 1, 0);
    std::string pid(holder, n > 0 ? static_cast<std::size_t>(n) : 0);
    while (!pid.empty() && pid.back() == '\n') pid.pop_back();
    return Error{errc::locked, "the data directory " + directory + " is in use by process " +
                                   (pid.empty() ? "(unknown)" : pid)};
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd.value(), 0) != 0 ||
      ::pwrite(fd.value(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size()))
    return base::errno_error("writing " + path, errno);
  return DataLock(std::move(fd));
}

}  // namespace greenroom::store
