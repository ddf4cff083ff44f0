#include "browser/cgroup.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace greenroom::browser {

using base::errc;
using base::Error;
using base::Result;

namespace {

constexpr std::string_view leaf_prefix = "browser-";
constexpr const char* own_leaf = "/daemon";
constexpr std::string_view wanted[] = {"memory", "pids", "cpu"};
// A process that was killed leaves its group when it has been taken apart, which a swapping machine does
// slowly.
constexpr int removal_attempts = 100;
constexpr int removal_pause = 10;  // milliseconds

/// The words of a line, or the lines of a text.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

Result<void> write_to(const std::string& path, std::string_view text) {
  const base::UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) return base::errno_error("opening " + path, errno);
  if (::write(file.value(), text.data(), text.size()) < 0) return base::errno_error("writing " + path, errno);
  return {};
}

std::string text_in(const std::string& path) {
  auto text = base::read_file(path);
  return text ? std::move(*text) : std::string();
}

Error unavailable(std::string why) { return Error{errc::unsupported, std::move(why)}; }

bool has(std::string_view controllers, std::string_view name) {
  for (const std::string_view line : split(controllers, '\n'))
    for (const std::string_view word : split(line, ' '))
      if (word == name) return true;
  return false;
}

Result<void> remove_group(const std::string& path) {
  for (int attempt = 0; ::rmdir(path.c_str()) != 0; ++attempt) {
    if (errno == ENOENT) return {};
    if (errno != EBUSY || attempt == removal_attempts) return base::errno_error("removing " + path, errno);
    (void)::poll(nullptr, 0, removal_pause);
  }
  return {};
}

void remove_leftovers(const std::string& path) {
  std::error_code ignored;
  std::vector<std::string> leaves;
  for (const auto& entry : std::filesystem::directory_iterator(path, ignored))
    if (entry.path().filename().string().starts_with(leaf_prefix)) leaves.push_back(entry.path().string());
  for (const std::string& leaf : leaves) {
    (void)write_to(leaf + "/cgroup.kill", "1");
    (void)remove_group(leaf);
  }
}

}  // namespace

std::optional<std::string> cgroup_path(std::string_view cgroup, std::string_view mountinfo) {
  std::string_view own;
  for (const std::string_view line : split(cgroup, '\n'))
    if (line.starts_with("0::/")) own = line.substr(3);
  if (own.empty()) return std::nullopt;
  // "id parent dev root mount-point options [tags…] - type source options" (proc(5)); escaped characters in a
  // mount point are nobody's choice for cgroups.
  for (const std::string_view line : split(mountinfo, '\n')) {
    const std::vector<std::string_view> words = split(line, ' ');
    std::size_t dash = 0;
    while (dash < words.size() && words[dash] != "-") ++dash;
    if (words.size() < 5 || dash + 1 >= words.size() || words[dash + 1] != "cgroup2") continue;
    const std::string_view root = words[3];
    std::string_view below = own;
    if (root != "/") {
      const bool is_inside = own == root || (own.starts_with(root) && own[root.size()] == '/');
      if (!is_inside) continue;
      below.remove_prefix(root.size());
    }
    std::string path(words[4]);
    if (below != "/") path += below;
    return path;
  }
  return std::nullopt;
}

std::string wanted_controllers(std::string_view available) {
  std::string text;
  for (const std::string_view name : wanted) {
    if (!has(available, name)) continue;
    if (!text.empty()) text += ' ';
    text.append("+").append(name);
  }
  return text;
}

std::uint64_t killed_for_memory(std::string_view memory_events) {
  constexpr std::string_view word = "oom_kill ";
  for (const std::string_view line : split(memory_events, '\n')) {
    std::uint64_t number = 0;
    if (!line.starts_with(word)) continue;
    const auto [end, error] = std::from_chars(line.data() + word.size(), line.data() + line.size(), number);
    if (error == std::errc()) return number;
  }
  return 0;
}

std::optional<std::uint64_t> Cgroup::memory_kills() const {
  const std::string events = text_in(path_ + "/memory.events");
  if (events.empty()) return std::nullopt;
  return killed_for_memory(events);
}

void Cgroup::kill() { (void)write_to(path_ + "/cgroup.kill", "1"); }

Result<void> Cgroup::remove() {
  processes_.reset();
  return remove_group(path_);
}

Result<CgroupTree> CgroupTree::adopt(std::string path, CgroupLimits limits) {
  if (::access((path + "/cgroup.type").c_str(), F_OK) != 0)
    return unavailable("the daemon is in the machine's root group");
  if (::access(path.c_str(), W_OK) != 0 || ::access((path + "/cgroup.procs").c_str(), W_OK) != 0)
    return unavailable(path + " is not delegated to the daemon");
  const std::string own = path + own_leaf;
  // Ours a moment ago: what it started ends behind a daemon that died.
  for (int attempt = 0; !text_in(own + "/cgroup.procs").empty(); ++attempt) {
    if (attempt == removal_attempts) return unavailable("another daemon has " + path);
    (void)::poll(nullptr, 0, removal_pause);
  }
  if (::mkdir(own.c_str(), 0755) != 0 && errno != EEXIST)
    return unavailable("making " + own + ": " + base::errno_error("", errno).message());
  if (auto moved = write_to(own + "/cgroup.procs", "0"); !moved) return unavailable(moved.error().message());
  // Controllers are for groups without processes of their own: others that are still here had the group
  // first.
  if (!text_in(path + "/cgroup.procs").empty()) {
    (void)write_to(path + "/cgroup.procs", "0");
    (void)remove_group(own);
    return unavailable(path + " is shared with other programs");
  }
  remove_leftovers(path);
  CgroupTree tree(std::move(path), limits);
  const std::string available = text_in(tree.path_ + "/cgroup.controllers");
  const std::string controllers = wanted_controllers(available);
  if (!controllers.empty())
    if (auto enabled = write_to(tree.path_ + "/cgroup.subtree_control", controllers); !enabled)
      return unavailable(enabled.error().message());
  const std::pair<bool, std::string_view> needs[] = {
      {limits.memory.count > 0, "memory"}, {limits.processes > 0, "pids"}, {limits.cpu_percent > 0, "cpu"}};
  for (const auto& [is_wanted, name] : needs) {
    if (!is_wanted || has(available, name)) continue;
    if (!tree.missing_.empty()) tree.missing_ += ", ";
    tree.missing_ += name;
  }
  return tree;
}

Result<Cgroup> CgroupTree::make(const std::string& name) const {
  const std::string leaf = path_ + "/" + std::string(leaf_prefix) + name;
  if (::mkdir(leaf.c_str(), 0755) != 0) return base::errno_error("making " + leaf, errno);
  const std::string processes = leaf + "/cgroup.procs";
  base::UniqueFd file(::open(processes.c_str(), O_WRONLY | O_CLOEXEC));
  Result<void> done =
      file ? set_limits(leaf) : Result<void>(base::errno_error("opening " + processes, errno));
  if (!done) {
    (void)remove_group(leaf);
    return done.error();
  }
  return Cgroup(leaf, std::move(file));
}

Result<void> CgroupTree::set_limits(const std::string& leaf) const {
  constexpr unsigned period = 100'000;  // microseconds: the kernel's own default
  const std::string available = text_in(leaf + "/cgroup.controllers");
  const auto set = [&](std::string_view controller, const char* file,
                       const std::string& value) -> Result<void> {
    if (!has(available, controller)) return {};
    return write_to(leaf + file, value);
  };
  Result<void> done;
  if (limits_.memory.count > 0) done = set("memory", "/memory.max", std::to_string(limits_.memory.count));
  // Swap would only make the same end slow.
  if (done && limits_.memory.count > 0 && ::access((leaf + "/memory.swap.max").c_str(), W_OK) == 0)
    done = set("memory", "/memory.swap.max", "0");
  if (done && limits_.processes > 0) done = set("pids", "/pids.max", std::to_string(limits_.processes));
  if (done && limits_.cpu_percent > 0)
    done =
        set("cpu", "/cpu.max",
            std::to_string(std::uint64_t{limits_.cpu_percent} * period / 100) + " " + std::to_string(period));
  return done;
}

}  // namespace greenroom::browser
