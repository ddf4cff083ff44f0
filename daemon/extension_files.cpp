#include "daemon/extension_files.hpp"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.hpp"
#include "base/ids.hpp"

namespace greenroom::daemon {

using base::errc;
using base::Error;
using base::Result;
using base::UniqueFd;

namespace {
constexpr int depth_limit = 32;
constexpr std::string_view half_done = ".new-";

Error failure(std::string_view doing, int error_number) {
  Error error = base::errno_error(doing, error_number);
  if (error_number == ENOSPC || error_number == EDQUOT) error.code = errc::storage_full;
  return error;
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

UniqueFd open_folder(int parent, const char* name) {
  return UniqueFd(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

Result<void> give(int fd, std::optional<base::Identity> owner) {
  if (owner && ::fchown(fd, owner->uid, owner->gid) != 0) return failure("giving an extension away", errno);
  return {};
}

Result<void> copy_file(int from, int to, const char* name, std::optional<base::Identity> owner) {
  const UniqueFd source(::openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!source) return failure("reading an extension", errno);
  const UniqueFd target(::openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!target) return failure("copying an extension", errno);
  for (;;) {
    const ssize_t count = ::sendfile(target.value(), source.value(), nullptr, 1 << 20);
    if (count == 0) break;
    if (count < 0 && errno != EINTR) return failure("copying an extension", errno);
  }
  return give(target.value(), owner);
}

/// The folder's owner changes last: until then nobody else can put anything into it.
Result<void> copy_folder(int from, int to, std::optional<base::Identity> owner, int depth) {
  if (depth > depth_limit) return Error{errc::io, "an extension with too many folders in folders"};
  const Directory entries(::fdopendir(::fcntl(from, F_DUPFD_CLOEXEC, 0)));
  if (!entries) return failure("reading an extension", errno);
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    struct stat about {};
    if (::fstatat(from, entry->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0)
      return failure("reading an extension", errno);
    if (!S_ISDIR(about.st_mode)) {
      if (auto copied = copy_file(from, to, entry->d_name, owner); !copied) return copied;
      continue;
    }
    if (::mkdirat(to, entry->d_name, 0700) != 0) return failure("copying an extension", errno);
    const UniqueFd source = open_folder(from, entry->d_name);
    const UniqueFd target = open_folder(to, entry->d_name);
    if (!source || !target) return failure("copying an extension", errno);
    if (auto copied = copy_folder(source.value(), target.value(), owner, depth + 1); !copied) return copied;
  }
  return give(to, owner);
}
}  // namespace

MappedFile::~MappedFile() {
  if (begin_ != nullptr) ::munmap(begin_, size_);
}

Result<std::string_view> MappedFile::open(int file, base::Bytes most) {
  struct stat about {};
  if (::fstat(file, &about) != 0) return failure("reading an archive", errno);
  if (static_cast<std::uint64_t>(about.st_size) > most.count) return Error{errc::too_large, "the archive"};
  if (about.st_size == 0) return std::string_view();
  void* begin = ::mmap(nullptr, static_cast<std::size_t>(about.st_size), PROT_READ, MAP_PRIVATE, file, 0);
  if (begin == MAP_FAILED) return failure("reading an archive", errno);
  begin_ = begin;
  size_ = static_cast<std::size_t>(about.st_size);
  return std::string_view(static_cast<const char*>(begin_), size_);
}

Result<ExtensionManifest> keep_extension(std::string_view archive, const std::string& folder,
                                         const std::string& hash, const ArchiveLimits& limits) {
  const std::string final_name = folder + "/" + hash;
  if (auto manifest = base::read_file(final_name + "/manifest.json")) return parse_manifest(*manifest);
  const std::string first_name = folder + "/" + std::string(half_done) + base::make_uuid();
  auto unpacked = unpack_extension(archive, first_name, limits);
  int error_number = 0;
  if (unpacked && ::rename(first_name.c_str(), final_name.c_str()) != 0) error_number = errno;
  if (unpacked && error_number == 0) return unpacked->manifest;
  std::error_code ignored;
  std::filesystem::remove_all(first_name, ignored);
  if (!unpacked) return unpacked.error();
  return failure("keeping an extension", error_number);
}

Result<void> sweep_extensions(const std::string& folder, const std::vector<std::string>& hashes) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return failure("making " + folder, errno);
  std::error_code problem;
  std::vector<std::filesystem::path> gone;
  for (const auto& entry : std::filesystem::directory_iterator(folder, problem))
    if (std::find(hashes.begin(), hashes.end(), entry.path().filename().string()) == hashes.end())
      gone.push_back(entry.path());
  if (problem) return Error{errc::io, "reading " + folder + ": " + problem.message()};
  for (const auto& path : gone) std::filesystem::remove_all(path, problem);
  if (problem) return Error{errc::io, "emptying " + folder + ": " + problem.message()};
  return {};
}

Result<void> remove_extension(const std::string& folder, const std::string& hash) {
  // Renamed first: a daemon that dies in the middle must not leave a part of it under its name.
  const std::string last_name = folder + "/" + std::string(half_done) + base::make_uuid();
  if (::rename((folder + "/" + hash).c_str(), last_name.c_str()) != 0)
    return errno == ENOENT ? Result<void>() : failure("removing an extension", errno);
  std::error_code problem;
  std::filesystem::remove_all(last_name, problem);
  if (problem) return Error{errc::io, "removing an extension: " + problem.message()};
  return {};
}

Result<void> copy_extension(const std::string& from, const std::string& home, const std::string& name,
                            std::optional<base::Identity> owner) {
  const UniqueFd source = open_folder(AT_FDCWD, from.c_str());
  if (!source) return failure("reading an extension", errno);
  const UniqueFd parent = open_folder(AT_FDCWD, home.c_str());
  if (!parent) return failure("opening a browser's folder", errno);
  if (::mkdirat(parent.value(), name.c_str(), 0700) != 0)
    return errno == EEXIST ? Error{errc::conflict, "the browser has a folder " + name}
                           : failure("copying an extension", errno);
  const UniqueFd target = open_folder(parent.value(), name.c_str());
  if (!target) return failure("copying an extension", errno);
  // Its owner could have put a folder of his own in the place of ours.
  struct stat about {};
  if (::fstat(target.value(), &about) != 0 || about.st_uid != ::geteuid())
    return Error{errc::conflict, "the browser's folder " + name + " was exchanged"};
  return copy_folder(source.value(), target.value(), owner, 0);
}

}  // namespace greenroom::daemon
