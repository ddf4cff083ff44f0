// What may go from the disk, and when it has too little room left. Decisions only: pure.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"

namespace greenroom::recorder {

/// How long and how much is kept. A zero is no limit.
struct RetentionRules {
  base::Milliseconds age{0};  ///< since a session's end
  std::size_t count = 0;      ///< ended sessions
  base::Bytes size;           ///< of all recordings together
};

/// One ended session.
struct KeptSession {
  std::string id;
  base::WallTime ended_at;
  base::Bytes size;  ///< of its files
  bool operator==(const KeptSession&) const = default;
};

struct RetentionPlan {
  std::vector<std::string> remove;        ///< with all that is known of them, oldest first
  std::vector<std::string> remove_files;  ///< their recordings only, oldest first
  bool operator==(const RetentionPlan&) const = default;
};

/// Age and count take whole sessions; too large recordings go without their sessions, whose logs are small.
/// The oldest goes first. `running` counts towards the size: recordings that are being made.
RetentionPlan plan_retention(std::vector<KeptSession> ended, base::Bytes running, const RetentionRules& rules,
                             base::WallTime now);

/// Below these the disk is too full. A zero is no floor.
struct DiskFloors {
  base::Bytes recording;  ///< recordings stop, and none begins
  base::Bytes session;    ///< sessions are refused
};

enum class DiskVerdict { enough, no_recording, no_session };

DiskVerdict judge_disk(base::Bytes free, const DiskFloors& floors);

}  // namespace greenroom::recorder
