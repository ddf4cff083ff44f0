#include "recorder/rebuild_index.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "base/fd.hpp"
#include "recorder/archive_file.hpp"
#include "recorder/mp4_reader.hpp"

namespace greenroom::recorder {

using base::UniqueFd;

namespace {
constexpr const char* new_index = "index.jsonl.new";

/// In the order of their numbers.
std::vector<std::string> segment_names(const std::string& directory) {
  std::vector<std::string> names = file_names(directory);
  std::erase_if(names, [](const std::string& name) { return !is_segment_name(name); });
  // Numbers have no leading zeros: the longer name is the later one.
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  return names;
}

/// Written beside the old one and put in its place: a crash leaves the one or the other.
Result<void> replace_index(int directory, const std::string& text) {
  ::unlinkat(directory, new_index, 0);
  const UniqueFd file(
      ::openat(directory, new_index, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return storage_error("making an index", errno);
  // Recordings belong to the encoder's own user, who makes MP4 files of them later.
  struct stat owner {};
  if (::fstat(directory, &owner) != 0 || ::fchown(file.value(), owner.st_uid, owner.st_gid) != 0)
    return base::errno_error("handing over an index", errno);
  if (const auto wrote = write_all(file.value(), text, "writing an index"); !wrote) return wrote;
  if (::fsync(file.value()) != 0) return storage_error("syncing an index", errno);
  if (::renameat(directory, new_index, directory, index_file_name) != 0 || ::fsync(directory) != 0)
    return storage_error("replacing an index", errno);
  return {};
}
}  // namespace

Result<Segment> read_segment_file(int directory, const std::string& name) {
  constexpr std::size_t largest_file = std::size_t{512} << 20;
  const auto file = open_plain_file(directory, name);
  if (!file) return file.error();
  const auto bytes = read_all(file->value(), largest_file);
  if (!bytes) return bytes.error();
  const auto torn = read_torn(*bytes);
  if (!torn) return torn.error();
  std::string_view note = torn->note;
  if (note.ends_with('\n')) note.remove_suffix(1);
  auto segment = parse_segment_line(note);
  if (!segment) return segment.error();
  segment->size = Bytes{torn->size};
  segment->duration = Milliseconds(torn->duration_ms);
  segment->frames = torn->frames;
  return segment;
}

bool needs_rebuilding(const Result<RecordingIndex>& index) {
  if (!index) return index.error().code == errc::not_found;
  return index->skipped_lines > (index->ends_in_torn_line ? 1u : 0u);
}

Result<RecordingIndex> rebuild_index(const std::string& path) {
  const UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!directory && errno == ENOENT) return Error{errc::not_found, path};
  if (!directory) return base::errno_error("opening " + path, errno);
  RecordingIndex index;
  std::string text;
  for (const std::string& name : segment_names(path)) {
    const auto segment = read_segment_file(directory.value(), name);
    // Named by its own writer, in a directory of its own: but what is written into the index is checked.
    if (!segment || segment->file != name || segment->start < index.duration()) continue;
    text += to_line(*segment);
    index.segments.push_back(*segment);
  }
  if (index.segments.empty()) return Error{errc::not_found, "no segment of a recording"};
  if (const auto old = read_index(path); old && old->segments.size() > index.segments.size())
    return Error{errc::conflict, "the index names more than the files tell"};
  if (const auto replaced = replace_index(directory.value(), text); !replaced) return replaced.error();
  return read_index(path);
}

}  // namespace greenroom::recorder
