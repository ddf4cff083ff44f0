#include "browser/usage.hpp"

#include <charconv>
#include <cstdio>
#include <dirent.h>
#include <memory>
#include <string>
#include <unistd.h>
#include <unordered_map>

#include "base/fd.hpp"

namespace greenroom::browser {

namespace {
std::string read_entry(pid_t pid, const char* name) {
  auto content = base::read_file("/proc/" + std::to_string(pid) + "/" + name);
  return content ? std::move(*content) : std::string();
}

std::vector<ProcessTimes> read_all() {
  std::vector<ProcessTimes> all;
  struct Close {
    void operator()(DIR* directory) const { ::closedir(directory); }
  };
  const long ticks = ::sysconf(_SC_CLK_TCK);
  const std::unique_ptr<DIR, Close> proc(::opendir("/proc"));
  while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    pid_t pid = 0;
    const auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc{} || rest != name.data() + name.size()) continue;
    if (const auto process = parse_process_times(read_entry(pid, "stat"), ticks)) all.push_back(*process);
  }
  return all;
}
}  // namespace

std::optional<ProcessTimes> parse_process_times(std::string_view stat, long ticks_per_second) {
  // "pid (name) S ppid …": the name may hold blanks and brackets (proc(5)).
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos || name_end + 2 >= stat.size() || ticks_per_second <= 0)
    return std::nullopt;
  ProcessTimes process;
  const auto [end, error] = std::from_chars(stat.data(), stat.data() + stat.size(), process.pid);
  if (error != std::errc{} || *end != ' ') return std::nullopt;
  const std::string rest(stat.substr(name_end + 2));
  int parent = 0;
  unsigned long long own[2] = {0, 0};
  long long waited_for[2] = {0, 0};
  // Fields 4 and 14 to 17.
  const int found =
      std::sscanf(rest.c_str(), "%*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %lld %lld", &parent,
                  &own[0], &own[1], &waited_for[0], &waited_for[1]);
  if (found != 5) return std::nullopt;
  process.parent = parent;
  const auto ticks = static_cast<std::int64_t>(own[0] + own[1]) + waited_for[0] + waited_for[1];
  process.cpu = std::chrono::milliseconds(ticks * 1000 / ticks_per_second);
  return process;
}

std::uint64_t own_pages(std::string_view statm) {
  unsigned long long resident = 0;
  unsigned long long shared = 0;
  const std::string text(statm);
  if (std::sscanf(text.c_str(), "%*u %llu %llu", &resident, &shared) != 2 || shared > resident) return 0;
  return resident - shared;
}

std::vector<std::size_t> tree_of_each(const std::vector<ProcessTimes>& all,
                                      const std::vector<ProcessRoots>& trees) {
  std::unordered_map<pid_t, std::size_t> tree_of;
  for (std::size_t tree = 0; tree < trees.size(); ++tree)
    for (const pid_t root : trees[tree])
      if (root > 0) tree_of.emplace(root, tree);
  // Children may stand before their parents in the list: repeat until a round adds nothing.
  for (bool grew = true; grew;) {
    grew = false;
    for (const ProcessTimes& process : all) {
      const auto parent = tree_of.find(process.parent);
      if (parent == tree_of.end()) continue;
      const std::size_t tree = parent->second;
      if (tree_of.emplace(process.pid, tree).second) grew = true;
    }
  }
  std::vector<std::size_t> found;
  found.reserve(all.size());
  for (const ProcessTimes& process : all) {
    const auto tree = tree_of.find(process.pid);
    found.push_back(tree == tree_of.end() ? trees.size() : tree->second);
  }
  return found;
}

std::vector<Usage> read_usage(const std::vector<ProcessRoots>& trees) {
  std::vector<Usage> usage(trees.size());
  const std::vector<ProcessTimes> all = read_all();
  const std::vector<std::size_t> tree = tree_of_each(all, trees);
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (tree[i] >= trees.size()) continue;
    Usage& sum = usage[tree[i]];
    sum.cpu += all[i].cpu;
    sum.memory.count += own_pages(read_entry(all[i].pid, "statm")) * page;
    ++sum.processes;
  }
  return usage;
}

}  // namespace greenroom::browser
