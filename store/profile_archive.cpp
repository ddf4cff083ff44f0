#include "store/profile_archive.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.hpp"

namespace greenroom::store {

using base::errc;
using base::Error;
using base::Result;
using base::UniqueFd;

namespace {
constexpr std::size_t buffer_size = 64 * 1024;
constexpr std::size_t path_limit = 1024;
constexpr int depth_limit = 24;

/// Folders with all that is in them.
constexpr std::array<std::string_view, 9> folders = {
    "Default/Local Storage/",
    "Default/IndexedDB/",
    "Default/Service Worker/",
    "Default/WebStorage/",   // the quota's books, and what sites keep in buckets of their own
    "Default/File System/",  // the origin private file system
    "Default/databases/",
    "Default/Local Extension Settings/",
    "Default/Sync Extension Settings/",
    "Default/Storage/",
};

/// SQLite's journals go with their databases. No cookies: those are kept apart (session::ProfileState).
/// Secure Preferences neither: they name the extensions of one machine.
constexpr std::array<std::string_view, 17> files = {
    "Default/Preferences",
    "Default/Web Data",
    "Default/Web Data-journal",
    "Default/Account Web Data",
    "Default/Account Web Data-journal",
    "Default/Login Data",
    "Default/Login Data-journal",
    "Default/Login Data For Account",
    "Default/Login Data For Account-journal",
    "Default/History",
    "Default/History-journal",
    "Default/Favicons",
    "Default/Favicons-journal",
    "Default/Bookmarks",
    "Default/TransportSecurity",
    "Default/Network/TransportSecurity",
    "Default/Custom Dictionary.txt",
};

/// Relative, without empty parts, "." and ".."; nothing that a file's name should not have.
bool is_plain_path(std::string_view path) {
  if (path.empty() || path.size() > path_limit) return false;
  for (const char c : path)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\') return false;
  int depth = 0;
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (part.empty() || part == "." || part == ".." || ++depth > depth_limit) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

/// Packs one browser's folder.
class Packer {
 public:
  Packer(uid_t owner, ArchiveLimits limits, ArchiveWriter& out) : owner_(owner), limits_(limits), out_(out) {}

  Result<void> pack(int folder, const std::string& path, int depth) {
    if (depth > depth_limit) return {};
    const std::unique_ptr<DIR, CloseDirectory> entries(::fdopendir(::dup(folder)));
    if (!entries) return base::errno_error("reading a profile", errno);
    while (const dirent* entry = ::readdir(entries.get())) {
      const std::string name = entry->d_name;
      if (name == "." || name == "..") continue;
      if (auto packed = pack_entry(folder, name, path + name, depth); !packed) return packed;
    }
    return {};
  }

  base::Bytes size() const { return base::Bytes{total_}; }

 private:
  static bool leads_somewhere(const std::string& folder) {
    const std::string prefix = folder + "/";
    const auto fits = [&](std::string_view known) {
      return known.starts_with(prefix) || prefix.starts_with(known);
    };
    return std::any_of(folders.begin(), folders.end(), fits) ||
           std::any_of(files.begin(), files.end(),
                       [&](std::string_view file) { return file.starts_with(prefix); });
  }

  Result<void> pack_entry(int folder, const std::string& name, const std::string& path, int depth) {
    if (!is_plain_path(path)) return {};
    // Not blocking: what has such a name could be a pipe.
    const UniqueFd fd(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat about {};
    if (!fd || ::fstat(fd.value(), &about) != 0 || about.st_uid != owner_) return {};
    if (S_ISDIR(about.st_mode))
      return leads_somewhere(path) ? pack(fd.value(), path + "/", depth + 1) : Result<void>();
    if (!S_ISREG(about.st_mode) || about.st_nlink != 1 || !is_profile_path(path)) return {};
    const auto size = static_cast<std::uint64_t>(about.st_size);
    total_ += size;
    if (total_ > limits_.size.count || ++count_ > limits_.files)
      return Error{errc::too_large, "a profile may have " + std::to_string(limits_.size.count >> 20) +
                                        " MiB and " + std::to_string(limits_.files) + " files"};
    return copy(fd.value(), path, size);
  }

  Result<void> copy(int fd, const std::string& path, std::uint64_t size) {
    if (auto begun = out_.begin_file(path, size); !begun) return begun;
    std::string buffer(buffer_size, '\0');
    while (size > 0) {
      const ssize_t n = ::read(fd, buffer.data(), std::min<std::uint64_t>(size, buffer.size()));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return base::errno_error("reading a profile", errno);
      if (n == 0) return Error{errc::io, "a profile's file became shorter while it was read"};
      if (auto written = out_.write(std::string_view(buffer.data(), static_cast<std::size_t>(n))); !written)
        return written;
      size -= static_cast<std::uint64_t>(n);
    }
    return {};
  }

  uid_t owner_;
  ArchiveLimits limits_;
  ArchiveWriter& out_;
  std::uint64_t total_ = 0;
  std::size_t count_ = 0;
};

/// Makes the folders of a checked path below `directory`.
Result<void> make_folders(const std::string& directory, const std::string& path) {
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string folder = directory + "/" + path.substr(0, slash);
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
      return base::errno_error("making a profile's folder", errno);
  }
  return {};
}

Result<void> unpack_file(ArchiveReader& archive, const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd && errno == EEXIST) return Error{errc::invalid_argument, "the archive holds a name twice"};
  if (!fd) return base::errno_error("making a profile's file", errno);
  for (;;) {
    auto piece = archive.read();
    if (!piece) return piece.error();
    if (piece->empty()) return {};
    std::string_view rest = *piece;
    while (!rest.empty()) {
      const ssize_t n = ::write(fd.value(), rest.data(), rest.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return base::errno_error("writing a profile", errno);
      rest.remove_prefix(static_cast<std::size_t>(n));
    }
  }
}
}  // namespace

bool is_profile_path(std::string_view path) {
  if (!is_plain_path(path)) return false;
  const auto is_below = [&](std::string_view folder) { return path.starts_with(folder); };
  return std::any_of(folders.begin(), folders.end(), is_below) ||
         std::find(files.begin(), files.end(), path) != files.end();
}

ArchiveWriter::ArchiveWriter(PutBytes put) : put_(std::move(put)), archive_(::archive_write_new()) {
  // Not the default format: a path may have more than a hundred bytes.
  ::archive_write_set_format_pax_restricted(archive_);
  // Names are bytes: nothing here has a locale.
  ::archive_write_set_format_option(archive_, nullptr, "hdrcharset", "BINARY");
  ::archive_write_add_filter_zstd(archive_);
  ::archive_write_set_filter_option(archive_, "zstd", "compression-level", "1");
  ::archive_write_set_bytes_in_last_block(archive_, 1);
  ::archive_write_open2(archive_, this, nullptr, &ArchiveWriter::take, nullptr, nullptr);
}

ArchiveWriter::~ArchiveWriter() {
  // What is left must not go anywhere any more.
  if (!put_failure_) put_failure_ = Error{errc::closed, "given up"};
  ::archive_write_free(archive_);
}

ssize_t ArchiveWriter::take(struct archive*, void* self, const void* data, std::size_t size) {
  auto& writer = *static_cast<ArchiveWriter*>(self);
  if (writer.put_failure_) return -1;
  auto put = writer.put_(std::string_view(static_cast<const char*>(data), size));
  if (put) return static_cast<ssize_t>(size);
  writer.put_failure_ = put.error();
  return -1;
}

Error ArchiveWriter::failure(std::string_view doing) const {
  if (put_failure_) return *put_failure_;
  const char* words = ::archive_error_string(archive_);
  return Error{errc::io, std::string(doing) + (words != nullptr ? std::string(": ") + words : "")};
}

Result<void> ArchiveWriter::begin_file(const std::string& path, std::uint64_t size) {
  const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(::archive_entry_new(),
                                                                       &::archive_entry_free);
  ::archive_entry_set_pathname(entry.get(), path.c_str());
  ::archive_entry_set_filetype(entry.get(), AE_IFREG);
  ::archive_entry_set_perm(entry.get(), 0600);
  ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
  const int status = ::archive_write_header(archive_, entry.get());
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return failure("packing " + path);
  return {};
}

Result<void> ArchiveWriter::write(std::string_view data) {
  const la_ssize_t n = ::archive_write_data(archive_, data.data(), data.size());
  if (n != static_cast<la_ssize_t>(data.size())) return failure("packing a profile");
  return {};
}

Result<void> ArchiveWriter::finish() {
  if (::archive_write_close(archive_) != ARCHIVE_OK) return failure("packing a profile");
  return {};
}

ArchiveReader::ArchiveReader(GetBytes get, ArchiveLimits limits)
    : get_(std::move(get)), limits_(limits), buffer_(buffer_size, '\0'), archive_(::archive_read_new()) {}

ArchiveReader::~ArchiveReader() { ::archive_read_free(archive_); }

ssize_t ArchiveReader::give(struct archive* archive, void* self, const void** data) {
  auto& reader = *static_cast<ArchiveReader*>(self);
  auto piece = reader.get_();
  if (!piece) {
    reader.get_failure_ = piece.error();
    ::archive_set_error(archive, EIO, "not readable");
    return -1;
  }
  *data = piece->data();
  return static_cast<ssize_t>(piece->size());
}

Error ArchiveReader::failure() const {
  if (get_failure_) return *get_failure_;
  const char* words = ::archive_error_string(archive_);
  return Error{errc::invalid_argument,
               "not an archive that can be read" + (words != nullptr ? std::string(": ") + words : "")};
}

Result<void> ArchiveReader::open() {
  is_open_ = true;
  ::archive_read_support_format_tar(archive_);
  ::archive_read_support_filter_gzip(archive_);
  ::archive_read_support_filter_zstd(archive_);
  if (::archive_read_open(archive_, this, nullptr, &ArchiveReader::give, nullptr) != ARCHIVE_OK)
    return failure();
  return {};
}

Result<std::optional<ArchiveReader::File>> ArchiveReader::next() {
  if (!is_open_)
    if (auto opened = open(); !opened) return opened.error();
  for (;;) {
    archive_entry* entry = nullptr;
    const int status = ::archive_read_next_header(archive_, &entry);
    if (status == ARCHIVE_EOF) return std::optional<File>();
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return failure();
    if (++files_ > limits_.files) return Error{errc::too_large, "the archive holds too many files"};
    const char* name = ::archive_entry_pathname(entry);
    std::string path = name != nullptr ? name : "";
    if (path.starts_with("./")) path.erase(0, 2);
    if (::archive_entry_filetype(entry) == AE_IFDIR) continue;
    const bool is_link =
        ::archive_entry_hardlink(entry) != nullptr || ::archive_entry_symlink(entry) != nullptr;
    if (is_link || ::archive_entry_filetype(entry) != AE_IFREG)
      return Error{errc::invalid_argument, "the archive holds something that is no plain file"};
    if (!is_plain_path(path)) return Error{errc::invalid_argument, "the archive holds a path that leads out"};
    if (::archive_entry_size(entry) < 0 || ::archive_entry_size_is_set(entry) == 0)
      return Error{errc::invalid_argument, "the archive holds a file without a size"};
    left_ = static_cast<std::uint64_t>(::archive_entry_size(entry));
    // The sum cannot overflow: the smaller number is checked first.
    if (left_ > limits_.size.count || (total_ += left_) > limits_.size.count)
      return Error{errc::too_large,
                   "the archive holds more than " + std::to_string(limits_.size.count >> 20) + " MiB"};
    return std::optional<File>(File{std::move(path), left_});
  }
}

Result<std::string_view> ArchiveReader::read() {
  if (left_ == 0) return std::string_view();
  const la_ssize_t n =
      ::archive_read_data(archive_, buffer_.data(), std::min<std::uint64_t>(left_, buffer_.size()));
  if (n < 0) return failure();
  if (n == 0) return Error{errc::invalid_argument, "the archive is cut off"};
  left_ -= static_cast<std::uint64_t>(n);
  return std::string_view(buffer_.data(), static_cast<std::size_t>(n));
}

Result<base::Bytes> pack_profile(const std::string& directory, uid_t owner, ArchiveLimits limits,
                                 PutBytes put) {
  const UniqueFd top(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!top) return base::errno_error("opening a profile", errno);
  ArchiveWriter out(std::move(put));
  Packer packer(owner, limits, out);
  if (auto packed = packer.pack(top.value(), "", 0); !packed) return packed.error();
  if (auto finished = out.finish(); !finished) return finished.error();
  return packer.size();
}

Result<void> unpack_profile(GetBytes get, ArchiveLimits limits, const std::string& directory) {
  ArchiveReader archive(std::move(get), limits);
  for (;;) {
    auto file = archive.next();
    if (!file) return file.error();
    if (!*file) return {};
    const std::string& path = (*file)->path;
    if (!is_profile_path(path)) return Error{errc::invalid_argument, "not a file of a profile"};
    if (auto made = make_folders(directory, path); !made) return made;
    if (auto unpacked = unpack_file(archive, directory + "/" + path); !unpacked) return unpacked;
  }
}

}  // namespace greenroom::store
