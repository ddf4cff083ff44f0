#include "daemon/work_directory.hpp"

#include <cerrno>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypto.hpp"

namespace greenroom::daemon {

using base::errc;
using base::Error;

namespace {
/// True if a process of another uid can pass through every directory on the way.
bool is_passable(const std::filesystem::path& directory) {
  for (std::filesystem::path here = directory; !here.empty(); here = here.parent_path()) {
    struct stat info {};
    if (::stat(here.c_str(), &info) == 0 && (info.st_mode & S_IXOTH) == 0) return false;
    if (here == here.root_path()) break;
  }
  return true;
}

std::string choose(const config::Settings& settings, const std::string& data_directory, bool is_root) {
  if (!settings.browser.work_dir.empty()) return settings.browser.work_dir;
  if (!is_root || is_passable(data_directory)) return data_directory + "/work";
  // One per data directory, so that two daemons do not sweep each other's browsers away.
  return "/var/tmp/greenroom-" + base::to_hex(base::sha256(data_directory)).substr(0, 12);
}
}  // namespace

base::Result<std::string> prepare_work_directory(const config::Settings& settings,
                                                 const std::string& data_directory) {
  const bool is_root = ::geteuid() == 0;
  const std::string directory = choose(settings, data_directory, is_root);
  const mode_t mode = is_root ? 0711 : 0700;
  std::error_code failure;
  std::filesystem::create_directories(std::filesystem::path(directory).parent_path(), failure);
  if (::mkdir(directory.c_str(), mode) != 0 && errno != EEXIST)
    return base::errno_error("making " + directory, errno);
  struct stat info {};
  if (::lstat(directory.c_str(), &info) != 0) return base::errno_error("looking at " + directory, errno);
  const bool is_ours =
      S_ISDIR(info.st_mode) && info.st_uid == ::geteuid() && (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  if (!is_ours)
    return Error{errc::forbidden, directory + " belongs to somebody else (browser.work_dir names another)"};
  if (::chmod(directory.c_str(), mode) != 0)
    return base::errno_error("setting the mode of " + directory, errno);
  return directory;
}

base::Result<std::string> reachable_encoder(const std::string& encoder, const std::string& work_directory) {
  if (::geteuid() != 0 || is_passable(std::filesystem::path(encoder).parent_path())) return encoder;
  const std::string copy = work_directory + "/greenroom-encoder";
  // Beside it first: one that runs may not be written over.
  const std::string fresh = copy + ".new";
  std::error_code failure;
  std::filesystem::copy_file(encoder, fresh, std::filesystem::copy_options::overwrite_existing, failure);
  if (!failure) std::filesystem::permissions(fresh, std::filesystem::perms(0755), failure);
  if (!failure) std::filesystem::rename(fresh, copy, failure);
  if (failure) return Error{errc::io, "copying " + encoder + " to " + copy + ": " + failure.message()};
  return copy;
}

}  // namespace greenroom::daemon
