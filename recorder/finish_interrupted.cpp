#include "recorder/finish_interrupted.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/fd.hpp"
#include "recorder/archive_file.hpp"
#include "recorder/rebuild_index.hpp"
#include "recorder/salvage.hpp"

namespace greenroom::recorder {

std::string missing_end(const RecordingIndex& index) {
  if (index.end) return {};
  const RecordingEnd end{"interrupted", index.duration()};
  return (index.ends_in_torn_line ? "\n" : "") + to_line(end);
}

Result<RecordingIndex> finish_interrupted(const std::string& directory) {
  auto index = salvage(directory);
  if (!index) return index.error();
  const std::string missing = missing_end(*index);
  if (missing.empty()) return index;
  const std::string path = directory + "/" + index_file_name;
  const base::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd) return base::errno_error("opening " + path, errno);
  if (const auto wrote = write_all(fd.value(), missing, "ending " + path); !wrote) return wrote.error();
  if (::fsync(fd.value()) != 0) return storage_error("syncing " + path, errno);
  return read_index(directory);
}

Result<RecordingIndex> read_finished_index(const std::string& directory) {
  auto index = read_index(directory);
  if (!needs_rebuilding(index)) return index;
  // Several readers come at once. Who waited for another finds the work done.
  const base::UniqueFd turn(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (turn && ::flock(turn.value(), LOCK_EX) != 0) return base::errno_error("locking " + directory, errno);
  auto rebuilt = finish_interrupted(directory);
  return rebuilt || !index ? rebuilt : index;
}

}  // namespace greenroom::recorder
