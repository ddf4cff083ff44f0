#include "daemon/housekeeper.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <sys/statvfs.h>

#include "base/deadline.hpp"
#include "base/ids.hpp"
#include "daemon/progress.hpp"

namespace greenroom::daemon {

using base::errc;
using base::Error;
using base::Result;
using base::Task;
using recorder::DiskVerdict;

namespace {
constexpr std::chrono::minutes prune_interval{10};
constexpr std::chrono::seconds disk_interval{1};
constexpr base::Milliseconds ending_patience{15'000};  // for the processes of a session that has just ended

Result<void> remove_directory(const std::string& path) {
  std::error_code failure;
  std::filesystem::remove_all(path, failure);
  if (failure) return Error{errc::io, path + ": " + failure.message()};
  return {};
}
}  // namespace

std::vector<std::pair<std::string, base::Bytes>> directory_sizes(const std::string& path) {
  namespace fs = std::filesystem;
  std::vector<std::pair<std::string, base::Bytes>> sizes;
  std::error_code failure;
  for (auto entry = fs::directory_iterator(path, failure); !failure && entry != fs::directory_iterator();
       entry.increment(failure)) {
    base::Bytes size;
    std::error_code inner;
    for (auto file = fs::directory_iterator(entry->path(), inner); !inner && file != fs::directory_iterator();
         file.increment(inner)) {
      std::error_code gone;
      const auto bytes = fs::file_size(file->path(), gone);
      if (!gone) size.count += bytes;
    }
    sizes.emplace_back(entry->path().filename().string(), size);
  }
  return sizes;
}

Housekeeper::Housekeeper(const base::Executor& executor, HousekeeperParts parts)
    : parts_(std::move(parts)), tasks_(executor) {}

void Housekeeper::start() {
  look_at_disk();
  tasks_.spawn(watch_disk());
  tasks_.spawn(prune_regularly());
}

Task<void> Housekeeper::stop() {
  stopping_ = true;
  tasks_.stop();
  co_await tasks_.join();
}

Task<void> Housekeeper::watch_disk() {
  co_await base::keep_running_when_cancelled();
  while (!stopping_) {
    co_await base::sleep_for(disk_interval);
    if (!stopping_) look_at_disk();
  }
}

/// Of a local disk the kernel answers this from memory.
void Housekeeper::look_at_disk() {
  struct statvfs disk {};
  if (::statvfs(parts_.data_directory.c_str(), &disk) != 0) return;
  free_.count = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  const DiskVerdict now = recorder::judge_disk(free_, parts_.floors);
  if (now != disk_) {
    const base::Logger& log = parts_.log;
    if (now == DiskVerdict::enough)
      log.info("disk has room again", {{"free", size_text(free_)}});
    else
      log.error(
          now == DiskVerdict::no_session ? "disk too full for sessions" : "disk too full for recordings",
          {{"free", size_text(free_)}, {"directory", parts_.data_directory}});
  }
  disk_ = now;
  if (const auto room = check_recording_room(); !room)
    parts_.sessions.stop_recordings(session::recording_failure(room.error()));
}

Result<void> Housekeeper::check_room() const {
  if (disk_ != DiskVerdict::no_session) return {};
  return Error{errc::storage_full, size_text(free_) + " free, less than limits.min_free"};
}

Result<void> Housekeeper::check_recording_room() const {
  if (disk_ == DiskVerdict::enough) return {};
  return Error{errc::storage_full, size_text(free_) + " free, less than recording.min_free"};
}

Task<void> Housekeeper::prune_regularly() {
  co_await base::keep_running_when_cancelled();
  while (!stopping_) {
    co_await prune();
    if (!stopping_) co_await base::sleep_for(prune_interval);
  }
}

Task<void> Housekeeper::prune() {
  auto ended = co_await parts_.rows.ended();
  if (!ended) co_return;
  std::map<std::string, base::Bytes> sizes;
  if (parts_.rules.size.count > 0) {
    for (const std::string& path : {parts_.recordings_directory, parts_.dom_directory}) {
      auto measure = [path] { return directory_sizes(path); };
      const auto measured = co_await parts_.files.run(std::move(measure));
      for (const auto& [id, size] : measured) sizes[id].count += size.count;
    }
  }
  std::vector<recorder::KeptSession> kept;
  for (const store::EndedSession& session : *ended) {
    recorder::KeptSession item{session.id, session.ended_at, {}};
    if (const auto size = sizes.extract(session.id)) item.size = size.mapped();
    kept.push_back(std::move(item));
  }
  base::Bytes running;  // and whatever else is there
  for (const auto& [id, size] : sizes) running.count += size.count;
  const auto plan = recorder::plan_retention(std::move(kept), running, parts_.rules, parts_.clock.wall());
  for (const std::string& id : plan.remove) {
    if (stopping_) co_return;
    const auto removed = co_await remove_session(id);
    if (!removed)
      parts_.log.warning("session not removed", {{"session", id}, {"why", removed.error().message()}});
  }
  for (const std::string& id : plan.remove_files) {
    if (stopping_) co_return;
    const auto removed = co_await remove_recording(id);
    if (!removed)
      parts_.log.warning("recording not removed", {{"session", id}, {"why", removed.error().message()}});
  }
}

Task<Result<void>> Housekeeper::wait_until_gone(const std::string& id) {
  auto view = co_await parts_.sessions.find(id);
  if (!view) co_return view.error();
  if ((*view)->state != session::State::ended)
    co_return Error{errc::conflict, "the session has not ended; end it first"};
  const bool gone = co_await parts_.sessions.wait_until_gone(id, ending_patience);
  if (!gone) co_return Error{errc::conflict, "the session is still ending"};
  co_return Result<void>();
}

Task<Result<void>> Housekeeper::erase(std::string id) {
  auto gone = co_await wait_until_gone(id);
  if (!gone) co_return gone.error();
  co_return co_await remove_session(std::move(id));
}

Task<Result<void>> Housekeeper::erase_recording(std::string id) {
  auto gone = co_await wait_until_gone(id);
  if (!gone) co_return gone.error();
  co_return co_await remove_recording(std::move(id));
}

Task<Result<void>> Housekeeper::remove_files(const std::string& id) {
  // An id goes into a path.
  if (!base::is_uuid(id)) co_return Error{errc::not_found, "session"};
  auto work = [video = parts_.recordings_directory + "/" + id, dom = parts_.dom_directory + "/" + id] {
    const auto removed = remove_directory(video);
    return removed ? remove_directory(dom) : removed;
  };
  co_return co_await parts_.files.run(std::move(work));
}

/// Files first: a row without files is honest, files without a row would never be found again.
Task<Result<void>> Housekeeper::remove_session(std::string id) {
  auto removed = co_await remove_files(id);
  if (!removed) co_return removed.error();
  auto work = [path = parts_.files_directory + "/" + id] { return remove_directory(path); };
  removed = co_await parts_.files.run(std::move(work));
  if (!removed) co_return removed.error();
  auto forgotten = co_await parts_.rows.remove(id);
  if (!forgotten) co_return forgotten.error();
  parts_.sessions.forget(id);
  co_return Result<void>();
}

Task<Result<void>> Housekeeper::remove_recording(std::string id) {
  auto removed = co_await remove_files(id);
  if (!removed) co_return removed.error();
  auto erased = co_await parts_.segments.erase(id);
  if (!erased) co_return erased.error();
  co_return co_await parts_.sessions.forget_recording(std::move(id), "removed: the recording was deleted");
}

}  // namespace greenroom::daemon
