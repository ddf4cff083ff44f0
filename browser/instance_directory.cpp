#include "browser/instance_directory.hpp"

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>

#include "base/fd.hpp"
#include "base/ids.hpp"

namespace greenroom::browser {

using base::errc;
using base::Error;
using base::Result;
using base::UniqueFd;

namespace {

/// Deeper folders are first moved up to the top, so that a tree of any depth needs few descriptors.
constexpr int depth_limit = 32;
/// How often an emptied folder may be found filled again by a process that still writes into it.
constexpr int pass_limit = 1'000;

constexpr const char* folders[] = {"profile",      "profile/Default", "cache",     "tmp",    "home",
                                   "home/.config", "home/.cache",     "downloads", "uploads"};

Error failure(std::string_view doing, int error_number) {
  Error error = base::errno_error(doing, error_number);
  if (error_number == ENOSPC || error_number == EDQUOT) error.code = errc::storage_full;
  return error;
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

/// Opens a folder that may be anything by now. Makes it readable first if its owner has locked it.
UniqueFd open_folder(int parent, const char* name) {
  constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  UniqueFd fd(::openat(parent, name, flags));
  if (fd || errno != EACCES) return fd;
  const UniqueFd handle(::openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!handle) return {};
  ::chmod(("/proc/self/fd/" + std::to_string(handle.value())).c_str(), 0700);
  return UniqueFd(::openat(parent, name, flags));
}

/// Empties folders below one top folder.
class Remover {
 public:
  explicit Remover(int top) : top_(top) {}

  /// Removes what can be removed now; the caller looks whether the folder is empty and calls again.
  void clear(int folder, int depth) {
    // A second descriptor: the stream closes its own.
    const UniqueFd again(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!again) {
      // A folder whose owner took its search bit away.
      if (errno == EACCES) ::fchmod(folder, 0700);
      return;
    }
    const Directory entries(::fdopendir(::dup(again.value())));
    if (!entries) return;
    while (const dirent* entry = ::readdir(entries.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") remove(folder, entry->d_name, depth);
    }
  }

 private:
  void remove(int folder, const char* name, int depth) {
    if (::unlinkat(folder, name, 0) == 0) return;
    if (errno == EACCES) ::fchmod(folder, 0700);
    if (::unlinkat(folder, name, AT_REMOVEDIR) == 0) return;
    if (depth >= depth_limit) {
      // A name that the owner cannot have taken.
      ::renameat(folder, name, top_, base::make_uuid().c_str());
      return;
    }
    const UniqueFd child = open_folder(folder, name);
    if (!child) return;
    clear(child.value(), depth + 1);
    ::unlinkat(folder, name, AT_REMOVEDIR);
  }

  int top_;
};

Result<void> write_new_file(int root, const InitialFile& file) {
  const UniqueFd fd(
      ::openat(root, file.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return failure("creating " + file.path, errno);
  std::string_view rest = file.content;
  while (!rest.empty()) {
    const ssize_t n = ::write(fd.value(), rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failure("writing " + file.path, errno);
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

/// What an initial profile has written: any number of files in folders of its own.
Result<void> give_away_profile(const std::string& profile, base::Identity owner) {
  std::error_code problem;
  std::filesystem::recursive_directory_iterator entries(profile, problem), end;
  for (; !problem && entries != end; entries.increment(problem))
    if (::lchown(entries->path().c_str(), owner.uid, owner.gid) != 0)
      return failure("giving away a profile", errno);
  if (problem) return failure("giving away a profile", problem.value());
  return {};
}

/// Children first: as soon as the top folder is the owner's, it could put links in place of them.
Result<void> give_away(int root, const std::vector<InitialFile>& files, base::Identity owner) {
  for (const InitialFile& file : files)
    if (::fchownat(root, file.path.c_str(), owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW) != 0)
      return failure("giving away " + file.path, errno);
  for (const char* folder : folders)
    if (::fchownat(root, folder, owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW) != 0)
      return failure(std::string("giving away ") + folder, errno);
  if (::fchown(root, owner.uid, owner.gid) != 0) return failure("giving away an instance", errno);
  return {};
}

/// The folder is still ours alone, so what lies there is what we have put there.
Result<void> write_preferences(const std::string& instance, int root, const char* path,
                               const std::string& ours) {
  if (ours.empty()) return {};
  std::string text = ours;
  if (auto saved = base::read_file(instance + "/" + path)) text = merged_preferences(*saved, ours);
  ::unlinkat(root, path, 0);
  return write_new_file(root, InitialFile{path, std::move(text)});
}

Result<void> fill(const std::string& instance, int root, std::optional<base::Identity> owner,
                  const InitialContent& content) {
  for (const char* folder : folders)
    if (::mkdirat(root, folder, 0700) != 0) return failure(std::string("making ") + folder, errno);
  if (content.profile != nullptr)
    if (auto written = content.profile->write(instance + "/profile"); !written) return written;
  const auto set = [&](const char* path, const std::string& ours) {
    return write_preferences(instance, root, path, ours);
  };
  if (auto written = set("profile/Default/Preferences", content.preferences); !written) return written;
  if (auto written = set("profile/Local State", content.local_state); !written) return written;
  for (const InitialFile& file : content.files)
    if (auto written = write_new_file(root, file); !written) return written;
  if (!owner) return {};
  if (auto given = give_away_profile(instance + "/profile", *owner); !given) return given;
  return give_away(root, content.files, *owner);
}

/// One level at a time: what is an object on both sides is merged, else ours wins.
void put_over(json::object& saved, const json::object& ours, int depth) {
  constexpr int deepest = 16;
  for (const auto& member : ours) {
    json::value& place = saved[member.key()];
    if (place.is_object() && member.value().is_object() && depth < deepest)
      put_over(place.get_object(), member.value().get_object(), depth + 1);
    else
      place = member.value();
  }
}

}  // namespace

std::string merged_preferences(std::string_view saved, std::string_view ours) {
  boost::system::error_code problem;
  json::value old = json::parse(saved, problem);
  if (problem || !old.is_object()) return std::string(ours);
  const json::value fresh = json::parse(ours, problem);
  if (problem || !fresh.is_object()) return std::string(ours);
  put_over(old.get_object(), fresh.get_object(), 0);
  return json::serialize(old);
}

Result<void> make_work_directory(const std::string& work_directory) {
  if (::mkdir(work_directory.c_str(), 0711) == 0) {
    // Whatever our umask is.
    if (::chmod(work_directory.c_str(), 0711) != 0) return failure("opening " + work_directory, errno);
    return {};
  }
  if (errno != EEXIST) return failure("making " + work_directory, errno);
  struct stat about {};
  if (::stat(work_directory.c_str(), &about) != 0) return failure("reading " + work_directory, errno);
  if (!S_ISDIR(about.st_mode)) return failure(work_directory, ENOTDIR);
  // Somebody else's folder is not ours to open.
  if (::geteuid() == 0 && (about.st_mode & S_IXOTH) == 0)
    return Error{errc::io, work_directory + " must be passable for others (chmod o+x)"};
  return {};
}

Result<InstanceDirectory> make_instance_directory(const std::string& work_directory, const std::string& id,
                                                  std::optional<base::Identity> owner,
                                                  const InitialContent& content) {
  InstanceDirectory instance{work_directory + "/" + id};
  if (::mkdir(instance.root.c_str(), 0700) != 0) return failure("making " + instance.root, errno);
  const UniqueFd root(::open(instance.root.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  Result<void> filled =
      root ? fill(instance.root, root.value(), owner, content) : failure("opening " + instance.root, errno);
  if (!filled) {
    (void)remove_instance_directory(work_directory, id);
    return filled.error();
  }
  return instance;
}

Result<void> remove_instance_directory(const std::string& work_directory, std::string_view name) {
  const std::string entry(name);
  if (entry.empty() || entry.find('/') != std::string::npos || entry == "." || entry == "..")
    return Error{errc::invalid_argument, "not the name of an instance: " + entry};
  const UniqueFd work(::open(work_directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!work) return errno == ENOENT ? Result<void>{} : base::errno_error("opening " + work_directory, errno);
  int error_number = 0;
  for (int pass = 0; pass < pass_limit; ++pass) {
    if (::unlinkat(work.value(), entry.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return {};
    if (errno == ENOTDIR && ::unlinkat(work.value(), entry.c_str(), 0) == 0) return {};
    error_number = errno;
    const UniqueFd top = open_folder(work.value(), entry.c_str());
    if (!top) break;
    Remover(top.value()).clear(top.value(), 0);
  }
  return base::errno_error("removing " + work_directory + "/" + entry, error_number);
}

std::vector<std::string> instance_names(const std::string& work_directory) {
  std::vector<std::string> names;
  const Directory entries(::opendir(work_directory.c_str()));
  if (!entries) return names;
  while (const dirent* entry = ::readdir(entries.get()))
    if (base::is_uuid(entry->d_name)) names.emplace_back(entry->d_name);
  return names;
}

}  // namespace greenroom::browser
