// Child processes: started with exactly the descriptors, identity and environment named, waited for by pidfd.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/task.hpp"

namespace greenroom::base {

/// An unprivileged identity for a child; supplementary groups are dropped with it.
struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
  bool operator==(const Identity&) const = default;
};

/// One descriptor of ours (`parent`) that the child sees as `child`.
struct FdMapping {
  int parent = -1;
  int child = -1;
};

struct ProcessOptions {
  std::string executable;                ///< absolute path; no PATH search
  std::vector<std::string> arguments;    ///< without argv[0]
  std::vector<std::string> environment;  ///< "NAME=value": all of it, nothing is inherited
  std::vector<FdMapping> descriptors;  ///< all of them, `child` at most 15; an unmapped 0, 1, 2 is /dev/null
  std::string working_directory = "/";
  std::optional<Identity> identity;  ///< none: ours
  int nice = 0;                      ///< added to our own niceness, 0 to 19
  int cgroup = -1;  ///< an open cgroup.procs of the control group that it begins in; -1: ours
};

/// How a process ended.
struct ExitStatus {
  int code = 0;    ///< exit code, or 0 when a signal ended it
  int signal = 0;  ///< the signal, or 0
  bool operator==(const ExitStatus&) const = default;
  std::string text() const;  ///< "exit 0", "signal 9"
};

/// A child that leads its own process group. No code but the launcher may assume that a browser is our child.
class ChildProcess {
 public:
  /// Errors: io (fork or exec failed, with the reason).
  static Result<std::unique_ptr<ChildProcess>> start(const Executor& executor, const ProcessOptions& options);

  virtual ~ChildProcess() = default;  ///< kills the group if the process still runs
  virtual pid_t pid() const = 0;
  virtual bool is_running() const = 0;
  /// Unbounded: until it ends. May be awaited by several coroutines, and after the end.
  virtual Task<ExitStatus> exited() = 0;
  /// A signal to the whole group, also after the leader's end. No error if nobody is left.
  virtual void signal_group(int signal) = 0;
};

}  // namespace greenroom::base
