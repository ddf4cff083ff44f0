// The control groups that the daemon may use for its browsers.
#pragma once

#include <memory>
#include <string>

#include "browser/cgroup.hpp"
#include "config/settings.hpp"

namespace greenroom::daemon {

/// What became of them.
struct Cgroups {
  std::shared_ptr<const browser::CgroupTree> tree;  ///< nullptr: there are none
  std::string words;        ///< where they are, or why not, and which limits do not hold
  bool limits_hold = true;  ///< false: the settings ask for more than can be done
};

/// The group in which the daemon runs, by its path in the file system. Errors: unsupported.
base::Result<std::string> own_cgroup();

/// Takes the daemon's part of the tree for its browsers. Once, before any process is started. Blocks, a
/// second at most.
Cgroups take_cgroups(const config::Limits& limits);

}  // namespace greenroom::daemon
