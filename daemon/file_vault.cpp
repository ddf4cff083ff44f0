#include "daemon/file_vault.hpp"

#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ids.hpp"
#include "daemon/zip_writer.hpp"

namespace greenroom::daemon {

using base::errc;
using base::Error;
using base::Result;
using base::UniqueFd;

namespace {
constexpr std::size_t step = 256 * 1024;  // bytes copied at a time

Error failure(std::string_view doing, int error_number) {
  Error error = base::errno_error(doing, error_number);
  if (error_number == ENOSPC || error_number == EDQUOT) error.code = errc::storage_full;
  return error;
}

Result<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure("write a file", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// Gives `to(piece)` the whole of a file; what it returns ends the reading.
template <class To>
Result<void> read_all(int fd, To to) {
  std::string buffer(step, '\0');
  for (;;) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("read a file", errno);
    if (count == 0) return {};
    if (auto taken = to(std::string_view(buffer.data(), static_cast<std::size_t>(count))); !taken)
      return taken;
  }
}

/// The browser's directory is its identity's to change, the one above it is not: so no component below that
/// may be a link.
UniqueFd open_folder(const std::string& path) {
  constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos || slash == 0) return {};
  const UniqueFd parent(::open(path.substr(0, slash).c_str(), flags));
  if (!parent) return {};
  return UniqueFd(::openat(parent.value(), path.substr(slash + 1).c_str(), flags));
}

/// A second name would show that the file is somewhere else too, perhaps where its owner may only read.
bool is_plain(const struct stat& about, const std::optional<base::Identity>& owner) {
  const uid_t expected = owner ? owner->uid : ::geteuid();
  return S_ISREG(about.st_mode) && about.st_nlink == 1 && about.st_uid == expected;
}

bool is_alone(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == name.npos &&
         name.find('\0') == name.npos;
}

bool is_unfinished(std::string_view name) {
  // Chromium's names for what is on its way.
  return name.ends_with(".crdownload") || name.starts_with(".org.chromium.") ||
         name.starts_with(".com.google.");
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
}  // namespace

Result<std::unique_ptr<VaultFile>> VaultFile::create(const std::string& folder, const std::string& id) {
  // An id goes into a path.
  if (!base::is_uuid(id)) return Error{errc::internal, "not the id of a file"};
  const std::string above = folder.substr(0, folder.rfind('/'));
  for (const std::string& each : {above, folder})
    if (::mkdir(each.c_str(), 0700) != 0 && errno != EEXIST) return failure("make a folder for files", errno);
  const std::string path = folder + "/" + id;
  const std::string partial = path + ".partial";
  UniqueFd file(::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return failure("make a file", errno);
  return std::unique_ptr<VaultFile>(new VaultFile(std::move(file), path));
}

VaultFile::~VaultFile() {
  if (!is_kept_) ::unlink(partial().c_str());
}

Result<void> VaultFile::write(std::string_view bytes) {
  if (auto written = write_all(file_.value(), bytes); !written) return written;
  hash_.add(bytes);
  summary_.crc = add_to_crc(summary_.crc, bytes);
  summary_.size.count += bytes.size();
  return {};
}

Result<FileSummary> VaultFile::keep() {
  // The row that will name it is durable, so the content has to be.
  if (::fdatasync(file_.value()) != 0) return failure("write a file", errno);
  if (::rename(partial().c_str(), path_.c_str()) != 0) return failure("name a file", errno);
  is_kept_ = true;
  summary_.checksum = base::to_hex(hash_.digest());
  return summary_;
}

Result<FileSummary> take_file(const BrowserFolder& from, const std::string& name, VaultFile& to,
                              base::Bytes limit) {
  const Error absent{errc::not_found, "file " + name};
  const UniqueFd folder = open_folder(from.path);
  if (!folder || !is_alone(name)) return absent;
  // Of a pipe or a device not even the opening may wait or do anything.
  const UniqueFd file(
      ::openat(folder.value(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat about {};
  if (!file || ::fstat(file.value(), &about) != 0 || !is_plain(about, from.owner)) return absent;
  std::uint64_t left = limit.count;
  auto copy = [&](std::string_view piece) -> Result<void> {
    // Counted as it comes: its owner may go on writing.
    if (piece.size() > left) return Error{errc::too_large, "file " + name};
    left -= piece.size();
    return to.write(piece);
  };
  if (auto copied = read_all(file.value(), copy); !copied) return copied.error();
  return to.keep();
}

Result<void> place_file(const std::string& content, const BrowserFolder& folder, const std::string& name) {
  if (!is_alone(name)) return Error{errc::internal, "not a file's name"};
  const UniqueFd from(::open(content.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!from) return failure("open a kept file", errno);
  const UniqueFd to = open_folder(folder.path);
  if (!to) return Error{errc::gone, "the session's folder is gone"};
  const std::string temporary = "." + base::make_uuid();
  const UniqueFd file(
      ::openat(to.value(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return failure("make a file in a session's folder", errno);
  const auto copy = [&](std::string_view piece) { return write_all(file.value(), piece); };
  Result<void> placed = read_all(from.value(), copy);
  if (placed && folder.owner && ::fchown(file.value(), folder.owner->uid, folder.owner->gid) != 0)
    placed = failure("give a file away", errno);
  // Takes the place of a link without following it.
  if (placed && ::renameat(to.value(), temporary.c_str(), to.value(), name.c_str()) != 0)
    placed = failure("name a file in a session's folder", errno);
  if (!placed) ::unlinkat(to.value(), temporary.c_str(), 0);
  return placed;
}

void remove_placed(const BrowserFolder& folder, const std::string& name) {
  const UniqueFd from = open_folder(folder.path);
  if (from && is_alone(name)) ::unlinkat(from.value(), name.c_str(), 0);
}

std::vector<std::string> finished_files(const BrowserFolder& folder, std::size_t most) {
  std::vector<std::string> names;
  UniqueFd fd = open_folder(folder.path);
  if (!fd) return names;
  const int handle = fd.value();
  const std::unique_ptr<DIR, CloseDirectory> entries(::fdopendir(handle));
  if (!entries) return names;
  fd.release();
  while (const dirent* entry = ::readdir(entries.get())) {
    struct stat about {};
    if (names.size() >= most) break;
    if (is_unfinished(entry->d_name) || ::fstatat(handle, entry->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0)
      continue;
    if (is_plain(about, folder.owner)) names.emplace_back(entry->d_name);
  }
  return names;
}

}  // namespace greenroom::daemon
