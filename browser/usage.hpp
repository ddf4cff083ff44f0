// How much processor time and memory a tree of processes takes, from /proc.
#pragma once

#include <optional>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "browser/browser.hpp"

namespace greenroom::browser {

/// One process, as its /proc/<pid>/stat has it.
struct ProcessTimes {
  pid_t pid = 0;
  pid_t parent = 0;
  std::chrono::milliseconds cpu{0};  ///< with that of children that it has waited for
};

/// Empty when the text is not such a line. Pure.
std::optional<ProcessTimes> parse_process_times(std::string_view stat, long ticks_per_second);

/// Resident pages that no file backs, of a /proc/<pid>/statm; 0 when it cannot be read. Pure.
std::uint64_t own_pages(std::string_view statm);

/// For each process of the list: the tree that it belongs to, or trees.size(). Pure.
std::vector<std::size_t> tree_of_each(const std::vector<ProcessTimes>& all,
                                      const std::vector<ProcessRoots>& trees);

/// One reading of /proc for all trees at once. Blocks.
std::vector<Usage> read_usage(const std::vector<ProcessRoots>& trees);

}  // namespace greenroom::browser
