#include "daemon/machine.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "base/fd.hpp"

namespace greenroom::daemon {

namespace {
/// The number behind a word at a line's beginning.
std::optional<std::uint64_t> number_behind(std::string_view text, std::string_view word) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.starts_with(word)) continue;
    line.remove_prefix(word.size());
    if (line.empty() || (line.front() != ' ' && line.front() != ':')) continue;
    line.remove_prefix(std::min(line.find_first_not_of(" :"), line.size()));
    std::uint64_t number = 0;
    const auto [rest, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    if (error == std::errc{}) return number;
  }
  return std::nullopt;
}

std::string read_or_empty(const std::string& path) {
  auto text = base::read_file(path);
  return text ? std::move(*text) : std::string();
}

std::optional<std::uint64_t> number_in(const std::string& path) {
  const std::string text = read_or_empty(path);
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  return number;
}

/// "/sys/fs/cgroup/…" of cgroup v2; empty without it.
std::string own_cgroup() {
  const std::string text = read_or_empty("/proc/self/cgroup");
  if (!text.starts_with("0::/")) return {};
  return "/sys/fs/cgroup" + text.substr(3, text.find('\n') - 3);
}
}  // namespace

std::optional<base::Bytes> parse_available_memory(std::string_view meminfo) {
  const auto kibibytes = number_behind(meminfo, "MemAvailable");
  if (!kibibytes) return std::nullopt;
  return base::Bytes{*kibibytes << 10};
}

std::uint64_t parse_memory_kills(std::string_view text) {
  return number_behind(text, "oom_kill").value_or(0);
}

std::optional<base::Bytes> available_memory() {
  auto available = parse_available_memory(read_or_empty("/proc/meminfo"));
  const std::string cgroup = own_cgroup();
  if (cgroup.empty()) return available;
  const auto limit = number_in(cgroup + "/memory.max");  // "max": none
  const auto used = number_in(cgroup + "/memory.current");
  if (!limit || !used) return available;
  const base::Bytes left{*limit > *used ? *limit - *used : 0};
  return available ? std::min(*available, left) : left;
}

std::uint64_t memory_kills() { return parse_memory_kills(read_or_empty("/proc/vmstat")); }

}  // namespace greenroom::daemon
