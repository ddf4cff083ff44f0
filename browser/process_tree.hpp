// Every process that belongs to one browser, wherever it has gone: found in /proc, ended, reaped.
#pragma once

#include <chrono>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/error.hpp"

namespace greenroom::browser {

/// What /proc tells of one process.
struct ProcessInfo {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t group = 0;
  std::uint64_t started = 0;  ///< clock ticks since boot: tells a pid from its next holder
  uid_t uid = 0;
  bool is_zombie = false;
  std::string command_line;  ///< NUL-separated; empty for a zombie
  std::string home;          ///< HOME in its environment, if we may read it
};

struct UidRange {
  uid_t first = 0;
  uid_t last = 0;  ///< included
};

/// By what a process is known to belong to a browser.
struct TreeKey {
  std::string directory;       ///< the instance's root, without a final slash
  std::vector<pid_t> leaders;  ///< process groups of the children that we started
  UidRange uids;               ///< the directory is believed only of processes of these
  bool is_exclusive = false;   ///< nobody but this browser has those uids
  pid_t daemon = 0;            ///< orphans come to it: a child subreaper
};

/// The processes of that browser, in the order of the list. Pure.
///
/// A process belongs when its group is one of the leaders', when it has one of the uids and its HOME or
/// --user-data-dir lies in the directory, when it has an exclusive uid and an orphan's parent, or when its
/// parent belongs.
std::vector<ProcessInfo> members(const std::vector<ProcessInfo>& all, const TreeKey& key);

/// True when HOME or --user-data-dir is that directory or a path below it. Pure.
bool names_directory(const ProcessInfo& process, const std::string& directory);

/// Everything in /proc. Blocks.
std::vector<ProcessInfo> list_processes();

/// Kills every member until none is left and reaps those that are our children, except the leaders
/// themselves: who started them waits for them. Blocks.
/// Errors: timed_out with the pids that are still there.
base::Result<void> end_processes(const TreeKey& key, std::chrono::milliseconds deadline);

/// Makes this process the one that orphaned descendants come to (PR_SET_CHILD_SUBREAPER). Once, in main.
/// Errors: io.
base::Result<void> become_subreaper();

}  // namespace greenroom::browser
