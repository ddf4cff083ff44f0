// What the machine says of its memory: for admission, and to tell why a browser was killed.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace greenroom::daemon {

/// "MemAvailable" of /proc/meminfo. Pure.
std::optional<base::Bytes> parse_available_memory(std::string_view meminfo);

/// "oom_kill" of /proc/vmstat, or of a cgroup's memory.events; 0 when there is no such line. Pure.
std::uint64_t parse_memory_kills(std::string_view text);

/// What is free now, of the machine or of our cgroup, whichever is less.
std::optional<base::Bytes> available_memory();

/// How many processes the kernel has killed for want of memory since the machine's start.
std::uint64_t memory_kills();

}  // namespace greenroom::daemon
