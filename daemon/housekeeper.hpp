// Keeps the data directory in bounds: what is old or too much goes, and a disk that fills up stops recordings
// first and new sessions next.
#pragma once

#include <string>

#include "base/blocking_pool.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/task_group.hpp"
#include "recorder/retention.hpp"
#include "session/manager.hpp"
#include "store/segment_store.hpp"
#include "store/session_store.hpp"

namespace greenroom::daemon {

struct HousekeeperParts {
  session::SessionManager& sessions;
  store::SessionStore& rows;
  store::SegmentStore& segments;
  base::BlockingPool& files;
  const base::Clock& clock;
  base::Logger log;
  std::string data_directory;        ///< whose disk is watched
  std::string recordings_directory;  ///< holds one directory per session
  std::string dom_directory;         ///< likewise, for DOM recordings
  std::string files_directory;       ///< likewise, for what sessions uploaded and downloaded
  recorder::RetentionRules rules;
  recorder::DiskFloors floors;
};

/// The decisions are recorder/retention.hpp's; this carries them out.
/// Lifetime what `parts` refers to outlives it; stop() is awaited before it goes.
class Housekeeper {
 public:
  Housekeeper(const base::Executor& executor, HousekeeperParts parts);

  /// Looks at the disk once, then works until stop().
  void start();
  base::Task<void> stop();

  /// Whether there is room for one more session, by the last look. Errors: storage_full.
  base::Result<void> check_room() const;
  /// Whether there is room for a recording, by the last look. Errors: storage_full.
  base::Result<void> check_recording_room() const;

  /// An ended session goes with its recording, its timeline and its row, before this returns.
  /// Errors: not_found, conflict (it has not ended), io; those of the store.
  base::Task<base::Result<void>> erase(std::string id);
  /// Its recording alone. Errors: as erase().
  base::Task<base::Result<void>> erase_recording(std::string id);

 private:
  base::Task<void> watch_disk();
  base::Task<void> prune_regularly();
  base::Task<void> prune();
  void look_at_disk();
  base::Task<base::Result<void>> wait_until_gone(const std::string& id);
  base::Task<base::Result<void>> remove_files(const std::string& id);
  base::Task<base::Result<void>> remove_recording(std::string id);
  base::Task<base::Result<void>> remove_session(std::string id);

  HousekeeperParts parts_;
  recorder::DiskVerdict disk_ = recorder::DiskVerdict::enough;
  base::Bytes free_;
  bool stopping_ = false;
  base::TaskGroup tasks_;
};

/// The bytes of all files below each directory of `path`, by the directory's name. Blocks.
std::vector<std::pair<std::string, base::Bytes>> directory_sizes(const std::string& path);

}  // namespace greenroom::daemon
