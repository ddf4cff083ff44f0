#include "browser/process_tree.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <memory>
#include <optional>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unordered_map>
#include <unordered_set>

#include "base/fd.hpp"

namespace greenroom::browser {

using base::UniqueFd;

namespace {

using Steady = std::chrono::steady_clock;

bool is_inside(std::string_view path, std::string_view directory) {
  return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

std::string proc_file(pid_t pid, const char* name) { return "/proc/" + std::to_string(pid) + "/" + name; }

std::string read_or_empty(pid_t pid, const char* name) {
  auto content = base::read_file(proc_file(pid, name));
  return content ? std::move(*content) : std::string();
}

/// The value of one NAME=value in a NUL-separated block.
std::string variable(std::string_view block, std::string_view name) {
  while (!block.empty()) {
    const std::string_view entry = block.substr(0, block.find('\0'));
    if (entry.starts_with(name)) return std::string(entry.substr(name.size()));
    block.remove_prefix(std::min(entry.size() + 1, block.size()));
  }
  return {};
}

/// Reads "pid (name) S ppid pgrp …": the name may hold blanks and brackets (proc(5)).
bool parse_stat(const std::string& stat, ProcessInfo& process) {
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= stat.size()) return false;
  char state = 0;
  int parent = 0;
  int group = 0;
  unsigned long long started = 0;
  // Fields 3, 4, 5 and 22.
  const int found =
      std::sscanf(stat.c_str() + name_end + 2,
                  "%c %d %d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &state,
                  &parent, &group, &started);
  if (found != 4) return false;
  process.parent = parent;
  process.group = group;
  process.started = started;
  process.is_zombie = state == 'Z' || state == 'X';
  return true;
}

std::optional<ProcessInfo> read_process(pid_t pid) {
  ProcessInfo process;
  process.pid = pid;
  if (!parse_stat(read_or_empty(pid, "stat"), process)) return std::nullopt;
  // The folder's owner is root for a process that may not be dumped; the status says who it really is.
  const std::string status = read_or_empty(pid, "status");
  const std::size_t at = status.find("\nUid:\t");
  if (at == std::string::npos) return std::nullopt;
  process.uid = static_cast<uid_t>(std::strtoul(status.c_str() + at + 6, nullptr, 10));
  process.command_line = read_or_empty(pid, "cmdline");
  process.home = variable(read_or_empty(pid, "environ"), "HOME=");
  return process;
}

struct Victim {
  ProcessInfo process;
  UniqueFd handle;
};

/// A handle on exactly that process, or none if the number has a new holder.
UniqueFd open_process(const ProcessInfo& process) {
  UniqueFd handle(static_cast<int>(::syscall(SYS_pidfd_open, process.pid, 0)));
  ProcessInfo now;
  if (!handle || !parse_stat(read_or_empty(process.pid, "stat"), now) || now.started != process.started)
    return {};
  return handle;
}

/// Sends SIGKILL to each and waits for their ends, at most until `until`.
void kill_and_wait(const std::vector<Victim>& victims, Steady::time_point until) {
  for (const Victim& victim : victims)
    ::syscall(SYS_pidfd_send_signal, victim.handle.value(), SIGKILL, nullptr, 0);
  for (const Victim& victim : victims) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Steady::now());
    pollfd wanted{victim.handle.value(), POLLIN, 0};
    ::poll(&wanted, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
  }
}

/// An orphan that came to us and ended by itself, of whatever browser: it tells neither its HOME nor its
/// arguments any more. Every child that this program starts leads its own group, so it is none of those.
bool is_dead_orphan(const ProcessInfo& process) {
  return process.is_zombie && process.parent == ::getpid() && process.group != process.pid;
}

bool is_leader(const TreeKey& key, pid_t pid) {
  return std::find(key.leaders.begin(), key.leaders.end(), pid) != key.leaders.end();
}

enum class Reaped { yes, not_yet, by_another };

/// Zombies are nobody's trouble but their parent's. Ours are reaped; a leader's exit belongs to who waits
/// for it, and the others' parents are members that die here too. Not yet: /proc calls a process a zombie as
/// soon as its first thread has ended, while waitpid() waits for the last.
Reaped reap(const ProcessInfo& process, const TreeKey& key) {
  if (process.parent != ::getpid() || is_leader(key, process.pid)) return Reaped::by_another;
  int status = 0;
  return ::waitpid(process.pid, &status, WNOHANG) == 0 ? Reaped::not_yet : Reaped::yes;
}

}  // namespace

bool names_directory(const ProcessInfo& process, const std::string& directory) {
  if (is_inside(process.home, directory)) return true;
  // Not the path anywhere in the command line: that may be a person's editor.
  return is_inside(variable(process.command_line, "--user-data-dir="), directory);
}

std::vector<ProcessInfo> members(const std::vector<ProcessInfo>& all, const TreeKey& key) {
  std::unordered_set<pid_t> known;
  for (const ProcessInfo& process : all) {
    const bool has_uid = process.uid >= key.uids.first && process.uid <= key.uids.last;
    const bool is_orphan = process.parent == key.daemon || process.parent == 1;
    if (is_leader(key, process.pid) || is_leader(key, process.group) ||
        (has_uid && names_directory(process, key.directory)) || (has_uid && key.is_exclusive && is_orphan))
      known.insert(process.pid);
  }
  // Children may stand before their parents in the list: repeat until a round adds nothing.
  for (bool grew = true; grew;) {
    grew = false;
    for (const ProcessInfo& process : all)
      if (known.count(process.parent) != 0 && known.insert(process.pid).second) grew = true;
  }
  known.erase(key.daemon);
  std::vector<ProcessInfo> found;
  for (const ProcessInfo& process : all)
    if (known.count(process.pid) != 0) found.push_back(process);
  return found;
}

std::vector<ProcessInfo> list_processes() {
  std::vector<ProcessInfo> all;
  struct Close {
    void operator()(DIR* directory) const { ::closedir(directory); }
  };
  const std::unique_ptr<DIR, Close> proc(::opendir("/proc"));
  if (!proc) return all;
  while (const dirent* entry = ::readdir(proc.get())) {
    const std::string_view name = entry->d_name;
    pid_t pid = 0;
    const auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc{} || rest != name.data() + name.size()) continue;
    if (auto process = read_process(pid)) all.push_back(std::move(*process));
  }
  return all;
}

base::Result<void> end_processes(const TreeKey& key, std::chrono::milliseconds deadline) {
  const auto until = Steady::now() + deadline;
  // What was killed here is known again as a zombie, which has lost its environment.
  std::unordered_map<pid_t, std::uint64_t> killed;
  for (;;) {
    const std::vector<ProcessInfo> all = list_processes();
    std::vector<ProcessInfo> found = members(all, key);
    for (const ProcessInfo& process : all) {
      const auto before = killed.find(process.pid);
      const bool was_killed = before != killed.end() && before->second == process.started;
      if ((was_killed && process.is_zombie) || is_dead_orphan(process)) found.push_back(process);
    }
    std::vector<Victim> victims;
    std::string alive;
    bool has_reaped = false;
    bool has_others = false;  // zombies of parents that died while the list was read may be ours by now
    for (const ProcessInfo& process : found) {
      const Reaped outcome = process.is_zombie ? reap(process, key) : Reaped::not_yet;
      has_reaped = has_reaped || outcome == Reaped::yes;
      has_others = has_others || (outcome == Reaped::by_another && !is_leader(key, process.pid));
      if (outcome != Reaped::not_yet) continue;
      alive += " " + std::to_string(process.pid);
      killed[process.pid] = process.started;
      UniqueFd handle = open_process(process);
      if (handle) victims.push_back({process, std::move(handle)});
    }
    if (alive.empty() && !(has_reaped && has_others)) return {};
    if (Steady::now() >= until)
      return base::Error{base::errc::timed_out, "processes that do not end:" + alive};
    kill_and_wait(victims, until);
  }
}

base::Result<void> become_subreaper() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0)
    return base::errno_error("becoming a child subreaper", errno);
  return {};
}

}  // namespace greenroom::browser
