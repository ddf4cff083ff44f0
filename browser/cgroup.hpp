// Control groups, version 2: one for each browser with all its processes, where the system lets us have them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/fd.hpp"

namespace greenroom::browser {

/// Of one browser's processes together. Zero: no limit.
struct CgroupLimits {
  base::Bytes memory{};
  unsigned cpu_percent = 0;  ///< of one processor: 200 are two
  unsigned processes = 0;    ///< and threads
  bool operator==(const CgroupLimits&) const = default;
  bool any() const { return *this != CgroupLimits(); }
};

/// Where the process's own group is in the file system, from the texts of /proc/self/cgroup and
/// /proc/self/mountinfo; nothing without version 2. Pure.
std::optional<std::string> cgroup_path(std::string_view cgroup, std::string_view mountinfo);

/// "memory pids" to switch on of what is available: "+memory +pids". Empty: none of those that limits need.
/// Pure.
std::string wanted_controllers(std::string_view available);

/// The number of processes that were killed for want of memory, of memory.events. Pure.
std::uint64_t killed_for_memory(std::string_view memory_events);

/// The group of one browser. Its directory goes with remove().
class Cgroup {
 public:
  Cgroup() = default;  ///< of nothing
  Cgroup(std::string path, base::UniqueFd processes)
      : path_(std::move(path)), processes_(std::move(processes)) {}

  /// For base::ProcessOptions::cgroup.
  int processes() const { return processes_.value(); }
  /// Nothing where memory is not counted.
  std::optional<std::uint64_t> memory_kills() const;
  /// Every process in it, at once. Those are gone a moment later.
  void kill();
  /// Waits for its last process, for a second at most. Errors: io (it is not empty). Blocks.
  base::Result<void> remove();

 private:
  std::string path_;
  base::UniqueFd processes_;
};

/// The part of the tree that was delegated to the daemon.
class CgroupTree {
 public:
  /// Moves this process into a group of its own below `path`, and switches on for its siblings what limits
  /// need. Groups that an earlier daemon left are removed with all that is in them. Once, before other
  /// processes are started. Errors: unsupported, with the reason (not delegated, shared with others, the
  /// machine's root). Blocks.
  static base::Result<CgroupTree> adopt(std::string path, CgroupLimits limits);

  /// Errors: io. Blocks.
  base::Result<Cgroup> make(const std::string& name) const;

  const std::string& path() const { return path_; }
  /// What of the limits the system cannot hold: "memory, cpu"; empty: all of them hold.
  const std::string& missing() const { return missing_; }

 private:
  CgroupTree(std::string path, CgroupLimits limits) : path_(std::move(path)), limits_(limits) {}
  base::Result<void> set_limits(const std::string& leaf) const;

  std::string path_;
  CgroupLimits limits_;
  std::string missing_;
};

}  // namespace greenroom::browser
