#include "recorder/salvage.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

#include "base/fd.hpp"
#include "recorder/archive_file.hpp"
#include "recorder/rebuild_index.hpp"

namespace greenroom::recorder {

using base::UniqueFd;

namespace {

constexpr std::string_view suffix = ".partial";

/// Files that may hold a segment which the index does not know: unfinished, or finished in the very last
/// moment.
std::vector<std::string> unknown_names(const std::string& directory, const RecordingIndex& index) {
  std::vector<std::string> names = file_names(directory);
  std::erase_if(names, [&](const std::string& name) {
    const bool is_known = std::any_of(index.segments.begin(), index.segments.end(),
                                      [&](const Segment& segment) { return segment.file == name; });
    return !name.ends_with(suffix) && (is_known || !is_segment_name(name));
  });
  return names;
}

/// The segment that can be made of an unfinished file, with the number of its good bytes as its size.
Result<Segment> read_partial(int directory, const std::string& name, const RecordingIndex& index) {
  auto segment = read_segment_file(directory, name);
  if (!segment) return segment;
  // Named by its own writer, in a directory of its own: but what is written into the index is checked.
  if ((segment->file + std::string(suffix) != name && segment->file != name) ||
      segment->start < index.duration())
    return Error{errc::protocol, "a segment that does not follow"};
  return segment;
}

Result<void> append_line(int directory, std::string line) {
  const UniqueFd index(
      ::openat(directory, index_file_name, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!index) return base::errno_error("opening the index", errno);
  if (const auto wrote = write_all(index.value(), line, "writing the index"); !wrote) return wrote;
  if (::fsync(index.value()) != 0) return storage_error("syncing the index", errno);
  return {};
}

/// As the encoder would have finished it: cut, synced, renamed, and only then named in the index.
Result<void> finish_partial(int directory, const std::string& name, const Segment& segment,
                            bool index_is_torn) {
  const UniqueFd file(::openat(directory, name.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) return base::errno_error("opening " + name, errno);
  if (::ftruncate(file.value(), static_cast<off_t>(segment.size.count)) != 0 || ::fsync(file.value()) != 0)
    return storage_error("cutting " + name, errno);
  if (::renameat(directory, name.c_str(), directory, segment.file.c_str()) != 0 || ::fsync(directory) != 0)
    return storage_error("renaming " + name, errno);
  return append_line(directory, (index_is_torn ? "\n" : "") + to_line(segment));
}

}  // namespace

Result<RecordingIndex> salvage(const std::string& path) {
  auto index = read_index(path);
  if (needs_rebuilding(index)) {
    auto rebuilt = rebuild_index(path);
    if (rebuilt) index = std::move(rebuilt);
  }
  if (!index || index->end) return index;
  const UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!directory) return base::errno_error("opening " + path, errno);
  for (const std::string& name : unknown_names(path, *index)) {
    const auto segment = read_partial(directory.value(), name, *index);
    if (segment) {
      const auto finished = finish_partial(directory.value(), name, *segment, index->ends_in_torn_line);
      if (!finished) return finished.error();
      index = read_index(path);
      if (!index) return index;
    }
    // Best effort: a leftover costs room and nothing else.
    if (name.ends_with(suffix)) ::unlinkat(directory.value(), name.c_str(), 0);
  }
  return read_index(path);
}

}  // namespace greenroom::recorder
