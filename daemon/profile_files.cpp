#include "daemon/profile_files.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ids.hpp"
#include "base/sealed_file.hpp"

namespace greenroom::daemon {

namespace fs = std::filesystem;
using base::errc;
using base::Error;
using base::Result;
using base::UniqueFd;

namespace {
constexpr const char* files_name = "/files";
constexpr const char* state_name = "/state";
constexpr std::string_view draft_prefix = ".draft-";
constexpr std::string_view import_prefix = ".import-";
constexpr const char* import_purpose = "profile import";
constexpr std::size_t state_limit = 64u << 20;  // bytes

Result<void> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return base::errno_error("making a profile's folder", errno);
}

Result<void> sync_folder(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::fsync(fd.value()) != 0) return base::errno_error("writing a profile's folder", errno);
  return {};
}

Result<UniqueFd> make_file(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return base::errno_error("making a profile's file", errno);
  return fd;
}

/// A file is good for its profile and its purpose alone.
std::string about(const char* what, const std::string& id) {
  return "profile" + std::string(what) + "/" + id;
}

Result<std::string> read_all(store::GetBytes get) {
  std::string text;
  for (;;) {
    auto piece = get();
    if (!piece) return piece.error();
    if (piece->empty()) return text;
    text += *piece;
    if (text.size() > state_limit) return Error{errc::too_large, "a profile's state"};
  }
}

store::GetBytes sealed_reader(int fd, const std::string& key, std::string purpose) {
  const auto reader = std::make_shared<base::SealedReader>(fd, key, std::move(purpose));
  return [reader] { return reader->read(); };
}

/// The number of a folder's name; nothing if it is none.
std::optional<std::int64_t> version_of(const std::string& name) {
  std::int64_t version = 0;
  const auto [end, failure] = std::from_chars(name.data(), name.data() + name.size(), version);
  if (failure != std::errc() || end != name.data() + name.size() || version < 1) return std::nullopt;
  return version;
}

void keep_versions(const std::string& folder, std::int64_t newest, bool with_drafts) {
  std::error_code problem;
  std::vector<fs::path> gone;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    const std::string name = entry.path().filename();
    const auto version = version_of(name);
    const bool counts = version && (*version == newest || *version == newest - 1);
    if (!counts && (version || with_drafts)) gone.push_back(entry.path());
  }
  for (const fs::path& path : gone) fs::remove_all(path, problem);
}
}  // namespace

ProfileImport::ProfileImport(std::string path, UniqueFd fd, const ProfileFilesOptions& options)
    : path_(std::move(path)),
      fd_(std::move(fd)),
      key_(options.key),
      left_(options.limits.size.count),
      writer_(fd_.value(), key_, import_purpose) {}

ProfileImport::~ProfileImport() { ::unlink(path_.c_str()); }

Result<void> ProfileImport::write(std::string_view piece) {
  if (piece.size() > left_) return Error{errc::too_large, "the archive is larger than profiles.max_size"};
  left_ -= piece.size();
  return writer_.write(piece);
}

store::GetBytes ProfileImport::reader() const {
  ::lseek(fd_.value(), 0, SEEK_SET);
  return sealed_reader(fd_.value(), key_, import_purpose);
}

ProfileDraft::~ProfileDraft() {
  std::error_code problem;
  if (!is_placed) fs::remove_all(directory_, problem);
}

store::GetBytes OpenProfile::reader() const {
  ::lseek(files_.value(), 0, SEEK_SET);
  return sealed_reader(files_.value(), options_.key, about(files_name, id_));
}

Result<void> OpenProfile::write(const std::string& directory) const {
  return store::unpack_profile(reader(), options_.limits, directory);
}

Result<std::shared_ptr<const OpenProfile>> ProfileFiles::open(const std::string& id,
                                                              std::int64_t version) const {
  const std::string folder = folder_of(id) + "/" + std::to_string(version);
  UniqueFd files(::open((folder + files_name).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  const UniqueFd state(::open((folder + state_name).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!files || !state) return base::errno_error("opening the files of a profile", errno);
  auto text = read_all(sealed_reader(state.value(), options_.key, about(state_name, id)));
  if (!text) return text.error();
  auto parsed = session::profile_state_from(*text);
  if (!parsed) return Error{errc::protocol, "the state of a profile is damaged"};
  return std::make_shared<const OpenProfile>(id, options_, std::move(files), std::move(*parsed));
}

Result<DraftPointer> ProfileFiles::begin(const std::string& id) const {
  if (auto made = make_folder(options_.root); !made) return made.error();
  if (auto made = make_folder(folder_of(id)); !made) return made.error();
  auto draft =
      std::make_unique<ProfileDraft>(folder_of(id) + "/" + std::string(draft_prefix) + base::make_uuid());
  if (auto made = make_folder(draft->directory()); !made) return made.error();
  return draft;
}

Result<void> ProfileFiles::write_state(const std::string& id, ProfileDraft& draft) const {
  auto fd = make_file(draft.directory() + state_name);
  if (!fd) return fd.error();
  base::SealedWriter writer(fd->value(), options_.key, about(state_name, id));
  if (auto written = writer.write(session::to_text(draft.state)); !written) return written;
  return writer.finish();
}

Result<DraftPointer> ProfileFiles::draft_of_browser(const std::string& id, const std::string& folder,
                                                    uid_t owner, session::ProfileState state) const {
  auto draft = begin(id);
  if (!draft) return draft.error();
  (*draft)->state = std::move(state);
  auto fd = make_file((*draft)->directory() + files_name);
  if (!fd) return fd.error();
  base::SealedWriter writer(fd->value(), options_.key, about(files_name, id));
  auto put = [&writer](std::string_view bytes) { return writer.write(bytes); };
  auto size = store::pack_profile(folder, owner, options_.limits, put);
  if (!size) return size.error();
  (*draft)->size = *size;
  if (auto finished = writer.finish(); !finished) return finished.error();
  return draft;
}

Result<DraftPointer> ProfileFiles::draft_of_version(const std::string& id, const std::string& from,
                                                    std::int64_t version) const {
  auto draft = begin(id);
  if (!draft) return draft.error();
  if (version == 0) {
    if (auto copied = copy_files(id, **draft, {}, true); !copied) return copied.error();
    return draft;
  }
  auto source = open(from, version);
  if (!source) return source.error();
  (*draft)->state = (*source)->state();
  if (auto copied = copy_files(id, **draft, (*source)->reader(), true); !copied) return copied.error();
  return draft;
}

Result<DraftPointer> ProfileFiles::draft_of_archive(const std::string& id, store::GetBytes archive) const {
  auto draft = begin(id);
  if (!draft) return draft.error();
  if (auto copied = copy_files(id, **draft, std::move(archive), false); !copied) return copied.error();
  return draft;
}

Result<std::unique_ptr<ProfileImport>> ProfileFiles::begin_import() const {
  if (auto made = make_folder(options_.root); !made) return made.error();
  std::string path = options_.root + "/" + std::string(import_prefix) + base::make_uuid();
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return base::errno_error("making an archive's file", errno);
  return std::make_unique<ProfileImport>(std::move(path), std::move(fd), options_);
}

/// Our own archive as it is; one of somebody else file by file. No `get`: an archive with nothing in it.
Result<void> ProfileFiles::copy_files(const std::string& id, ProfileDraft& draft, store::GetBytes get,
                                      bool is_ours) const {
  auto fd = make_file(draft.directory() + files_name);
  if (!fd) return fd.error();
  base::SealedWriter sealed(fd->value(), options_.key, about(files_name, id));
  if (is_ours && get) {
    for (;;) {
      auto piece = get();
      if (!piece) return piece.error();
      if (piece->empty()) return sealed.finish();
      if (auto written = sealed.write(*piece); !written) return written;
    }
  }
  store::ArchiveWriter out([&sealed](std::string_view bytes) { return sealed.write(bytes); });
  if (get) {
    store::ArchiveReader in(std::move(get), options_.limits);
    if (auto copied = copy_checked(in, out, draft); !copied) return copied;
  }
  if (auto finished = out.finish(); !finished) return finished;
  return sealed.finish();
}

Result<void> ProfileFiles::copy_checked(store::ArchiveReader& in, store::ArchiveWriter& out,
                                        ProfileDraft& draft) const {
  for (;;) {
    auto file = in.next();
    if (!file) return file.error();
    if (!*file) return {};
    const std::string& path = (*file)->path;
    if (path == archived_state_name) {
      auto text = read_all([&in] { return in.read(); });
      if (!text) return text.error();
      auto state = session::profile_state_from(*text);
      if (!state) return state.error();
      draft.state = std::move(*state);
      continue;
    }
    if (!store::is_profile_path(path)) continue;
    if (auto begun = out.begin_file(path, (*file)->size); !begun) return begun;
    draft.size.count += (*file)->size;
    for (;;) {
      auto piece = in.read();
      if (!piece) return piece.error();
      if (piece->empty()) break;
      if (auto written = out.write(*piece); !written) return written;
    }
  }
}

Result<void> ProfileFiles::place(ProfileDraft& draft, const std::string& id, std::int64_t version) const {
  if (auto written = write_state(id, draft); !written) return written;
  if (auto synced = sync_folder(draft.directory()); !synced) return synced;
  const std::string target = folder_of(id) + "/" + std::to_string(version);
  std::error_code problem;
  fs::remove_all(target, problem);  // no row names it
  if (::rename(draft.directory().c_str(), target.c_str()) != 0)
    return base::errno_error("placing a profile's version", errno);
  draft.is_placed = true;
  if (auto synced = sync_folder(folder_of(id)); !synced) return synced;
  keep_versions(folder_of(id), version, false);
  return {};
}

void ProfileFiles::remove(const std::string& id) const {
  std::error_code problem;
  fs::remove_all(folder_of(id), problem);
}

void ProfileFiles::sweep(const std::vector<Known>& known) const {
  std::error_code problem;
  std::vector<std::string> strangers;
  for (const auto& entry : fs::directory_iterator(options_.root, problem)) {
    const std::string name = entry.path().filename();
    const auto found =
        std::find_if(known.begin(), known.end(), [&](const Known& one) { return one.id == name; });
    if (found != known.end())
      keep_versions(entry.path(), found->version, true);
    else if (base::is_uuid(name) || name.starts_with(import_prefix))
      strangers.push_back(name);
  }
  for (const std::string& id : strangers) remove(id);
}

}  // namespace greenroom::daemon
