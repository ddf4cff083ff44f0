#include "recorder/finish_interrupted.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

#include "base/fd.hpp"
#include "recorder/archive_file.hpp"

namespace greenroom::recorder {

namespace {

/// Best effort: a leftover costs room and nothing else.
void remove_partial_files(const std::string& directory) {
  std::error_code error;
  for (auto it = std::filesystem::directory_iterator(directory, error);
       !error && it != std::filesystem::directory_iterator(); it.increment(error)) {
    if (it->path().extension() != ".partial") continue;
    std::error_code ignored;
    std::filesystem::remove(it->path(), ignored);
  }
}

}  // namespace

std::string missing_end(const RecordingIndex& index) {
  if (index.end) return {};
  const RecordingEnd end{"interrupted", index.duration()};
  return (index.ends_in_torn_line ? "\n" : "") + to_line(end);
}

Result<RecordingIndex> finish_interrupted(const std::string& directory) {
  auto index = read_index(directory);
  if (!index) return index.error();
  const std::string missing = missing_end(*index);
  if (missing.empty()) return index;
  const std::string path = directory + "/" + index_file_name;
  const base::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd) return base::errno_error("opening " + path, errno);
  if (const auto wrote = write_all(fd.value(), missing, "ending " + path); !wrote) return wrote.error();
  if (::fsync(fd.value()) != 0) return storage_error("syncing " + path, errno);
  remove_partial_files(directory);
  return read_index(directory);
}

}  // namespace greenroom::recorder
