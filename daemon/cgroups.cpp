#include "daemon/cgroups.hpp"

#include <fstream>
#include <iterator>

namespace greenroom::daemon {

namespace {
/// A file of /proc, which says that it is empty.
std::string kernel_text(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}
}  // namespace

base::Result<std::string> own_cgroup() {
  auto path = browser::cgroup_path(kernel_text("/proc/self/cgroup"), kernel_text("/proc/self/mountinfo"));
  if (!path) return base::Error{base::errc::unsupported, "there is no control group of version 2"};
  return std::move(*path);
}

Cgroups take_cgroups(const config::Limits& limits) {
  browser::CgroupLimits wanted;
  wanted.memory = limits.session_memory;
  wanted.cpu_percent = static_cast<unsigned>(limits.session_cpu);
  wanted.processes = static_cast<unsigned>(limits.session_processes);
  Cgroups result;
  auto path = own_cgroup();
  auto tree = path ? browser::CgroupTree::adopt(std::move(*path), wanted)
                   : base::Result<browser::CgroupTree>(path.error());
  if (!tree) {
    result.words = tree.error().detail;
    result.limits_hold = !wanted.any();
    return result;
  }
  result.words = tree->path();
  if (!tree->missing().empty()) {
    result.words += ", without " + tree->missing();
    result.limits_hold = false;
  }
  result.tree = std::make_shared<const browser::CgroupTree>(std::move(*tree));
  return result;
}

}  // namespace greenroom::daemon
