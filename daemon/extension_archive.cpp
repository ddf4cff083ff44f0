#include "daemon/extension_archive.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "base/fd.hpp"

namespace greenroom::daemon {

using base::Bytes;
using base::errc;
using base::Error;
using base::Result;
using base::UniqueFd;

namespace {
constexpr std::size_t block = 64 * 1024;
constexpr std::size_t longest_component = 255;  // bytes; what file systems take

Error refused(std::string why) { return Error{errc::invalid_argument, std::move(why)}; }

Error failure(std::string_view doing, int error_number) {
  Error error = base::errno_error(doing, error_number);
  if (error_number == ENOSPC || error_number == EDQUOT) error.code = errc::storage_full;
  return error;
}

struct CloseArchive {
  void operator()(::archive* reader) const { ::archive_read_free(reader); }
};
using Reader = std::unique_ptr<::archive, CloseArchive>;

/// A zip read by its directory, and by nothing else that the library knows.
Result<Reader> open_zip(std::string_view archive) {
  Reader reader(::archive_read_new());
  if (!reader) return Error{errc::io, "out of memory"};
  ::archive_read_support_format_zip_seekable(reader.get());
  if (::archive_read_open_memory(reader.get(), archive.data(), archive.size()) != ARCHIVE_OK)
    return refused("the file is not a zip archive");
  return reader;
}

struct Entry {
  std::string path;  ///< below the archive's root; "": nothing is made of it
};

std::string_view name_of(::archive_entry* entry) {
  const char* name = ::archive_entry_pathname_utf8(entry);
  if (name == nullptr) name = ::archive_entry_pathname(entry);
  return name == nullptr ? std::string_view() : std::string_view(name);
}

/// The next entry; nothing at the end.
Result<std::optional<Entry>> next_entry(::archive* reader, const ArchiveLimits& limits) {
  ::archive_entry* entry = nullptr;
  const int result = ::archive_read_next_header(reader, &entry);
  if (result == ARCHIVE_EOF) return std::optional<Entry>();
  // A warning is about a name that this machine's locale cannot show.
  if (result != ARCHIVE_OK && result != ARCHIVE_WARN) return refused("the zip archive is damaged");
  if (::archive_entry_is_encrypted(entry) != 0) return refused("the zip archive is encrypted");
  const auto kind = ::archive_entry_filetype(entry);
  if (::archive_entry_symlink(entry) != nullptr || ::archive_entry_hardlink(entry) != nullptr ||
      (kind != AE_IFREG && kind != AE_IFDIR && kind != 0))
    return refused("the zip archive holds a link or a device");
  auto path = entry_path(name_of(entry), limits);
  if (!path) return path.error();
  Entry out{kind == AE_IFDIR ? std::string() : std::move(*path)};
  return std::optional<Entry>(std::move(out));
}

struct Survey {
  std::string top;  ///< "folder/" when the extension is in a folder of the archive
  std::size_t files = 0;
};

/// The names alone: whether they can be unpacked, and where the manifest is.
Result<Survey> survey(std::string_view archive, const ArchiveLimits& limits) {
  auto reader = open_zip(archive);
  if (!reader) return reader.error();
  std::set<std::string, std::less<>> seen;
  std::size_t entries = 0;
  for (;;) {
    auto entry = next_entry(reader->get(), limits);
    if (!entry) return entry.error();
    if (!*entry) break;
    if (++entries > limits.entries)
      return Error{errc::too_large,
                   "the archive has more than " + std::to_string(limits.entries) + " entries"};
    const std::string& path = (*entry)->path;
    if (path.empty()) continue;
    if (!seen.insert(path).second) return refused("the archive has a file twice: " + path);
  }
  if (seen.empty()) return refused("the archive is empty");
  Survey out;
  out.files = seen.size();
  if (seen.contains("manifest.json")) return out;
  const std::string& first = *seen.begin();
  const std::size_t slash = first.find('/');
  if (slash != first.npos) out.top = first.substr(0, slash + 1);
  const bool is_one_folder = !out.top.empty() && std::all_of(seen.begin(), seen.end(), [&](const auto& path) {
    return path.starts_with(out.top);
  });
  if (!is_one_folder || !seen.contains(out.top + "manifest.json"))
    return refused("there is no manifest.json at the root of the archive");
  return out;
}

/// Hands the content of the current entry on, piece by piece. `left` is what all entries together may still
/// have.
template <class Take>
Result<void> read_content(::archive* reader, std::uint64_t& left, Take take) {
  std::array<char, block> piece;
  for (;;) {
    const auto count = ::archive_read_data(reader, piece.data(), piece.size());
    if (count == 0) return {};
    if (count < 0) return refused("the zip archive is damaged");
    const auto size = static_cast<std::size_t>(count);
    if (size > left) return Error{errc::too_large, "the archive is too large when it is unpacked"};
    left -= size;
    if (auto taken = take(std::string_view(piece.data(), size)); !taken) return taken;
  }
}

/// Makes files below one folder, and never goes through a name that it did not make.
class Writer {
 public:
  Result<void> open(const std::string& folder) {
    if (::mkdir(folder.c_str(), 0700) != 0) return failure("making a folder", errno);
    top_.reset(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!top_) return failure("opening a folder", errno);
    return {};
  }

  Result<UniqueFd> make(const std::string& path) {
    UniqueFd folder(::fcntl(top_.value(), F_DUPFD_CLOEXEC, 0));
    std::size_t begin = 0;
    for (std::size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', begin)) {
      const std::string name = path.substr(begin, slash - begin);
      if (::mkdirat(folder.value(), name.c_str(), 0700) != 0 && errno != EEXIST)
        return failure("making a folder", errno);
      UniqueFd next(::openat(folder.value(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (!next) return refused("the archive has a file and a folder of one name: " + path);
      folder = std::move(next);
      begin = slash + 1;
    }
    UniqueFd file(::openat(folder.value(), path.c_str() + begin,
                           O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file && (errno == EEXIST || errno == EISDIR))
      return refused("the archive has a file and a folder of one name: " + path);
    if (!file) return failure("making a file", errno);
    return file;
  }

 private:
  UniqueFd top_;
};

Result<void> write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure("writing a file", errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<UnpackedExtension> unpack(std::string_view archive, Writer* writer, const ArchiveLimits& limits) {
  auto found = survey(archive, limits);
  if (!found) return found.error();
  auto reader = open_zip(archive);
  if (!reader) return reader.error();
  UnpackedExtension out;
  std::uint64_t left = limits.unpacked.count;
  std::string manifest;
  for (;;) {
    auto entry = next_entry(reader->get(), limits);
    if (!entry) return entry.error();
    if (!*entry) break;
    std::string path = std::move((*entry)->path);
    if (path.empty()) continue;
    path.erase(0, found->top.size());
    const bool is_manifest = path == "manifest.json";
    Result<UniqueFd> file = writer != nullptr ? writer->make(path) : UniqueFd();
    if (!file) return file.error();
    auto read = read_content(reader->get(), left, [&](std::string_view piece) -> Result<void> {
      if (is_manifest) manifest += piece;
      if (manifest.size() > limits.manifest.count)
        return Error{errc::too_large, "manifest.json is too large"};
      return *file ? write_all(file->value(), piece) : Result<void>();
    });
    if (!read) return read.error();
    ++out.files;
  }
  out.size = Bytes{limits.unpacked.count - left};
  auto parsed = parse_manifest(manifest);
  if (!parsed) return parsed.error();
  out.manifest = std::move(*parsed);
  return out;
}
}  // namespace

Result<std::string> entry_path(std::string_view name, const ArchiveLimits& limits) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '\\', '/');
  const auto bad = [&] {
    std::string shown;
    for (const char c : name.substr(0, 80))
      shown += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? '?' : c;
    return refused("the archive has an entry that cannot be unpacked: " + shown);
  };
  if (text.empty() || text.size() > limits.path || text.front() == '/') return bad();
  if (text.size() > 1 && text[1] == ':') return bad();
  const bool is_folder = text.back() == '/';
  std::string out;
  std::size_t depth = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view part = std::string_view(text).substr(begin, end - begin);
    begin = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == ".." || part.size() > longest_component || ++depth > limits.depth) return bad();
    for (const char c : part)
      if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) return bad();
    out += (out.empty() ? "" : "/") + std::string(part);
  }
  // What macOS leaves for itself; a browser would refuse an extension that holds it.
  const bool is_leaving =
      out.starts_with("__MACOSX/") || out == "__MACOSX" || out.ends_with("/.DS_Store") || out == ".DS_Store";
  if (is_folder || is_leaving) return std::string();
  if (out.empty()) return bad();
  return out;
}

Result<UnpackedExtension> unpack_extension(std::string_view archive, const std::string& folder,
                                           const ArchiveLimits& limits) {
  Writer writer;
  if (auto opened = writer.open(folder); !opened) return opened.error();
  return unpack(archive, &writer, limits);
}

Result<UnpackedExtension> look_into_extension(std::string_view archive, const ArchiveLimits& limits) {
  return unpack(archive, nullptr, limits);
}

}  // namespace greenroom::daemon
