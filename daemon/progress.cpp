#include "daemon/progress.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <unistd.h>

namespace greenroom::daemon {

namespace {
constexpr std::size_t bar_width = 20;
constexpr std::chrono::milliseconds interval{100};
}  // namespace

std::string size_text(base::Bytes size) {
  constexpr std::array units = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(size.count);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
  return text.data();
}

std::string progress_line(std::string_view name, base::Bytes done, std::optional<base::Bytes> whole) {
  std::string line(name);
  if (!whole || whole->count == 0) return line + "  " + size_text(done);
  const std::uint64_t reached = std::min(done.count, whole->count);
  const auto share = static_cast<double>(reached) / static_cast<double>(whole->count);
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(bar_width));
  line += "  [" + std::string(filled, '#') + std::string(bar_width - filled, '-') + "] ";
  std::array<char, 16> percent{};
  std::snprintf(percent.data(), percent.size(), "%3d %%", static_cast<int>(share * 100));
  return line + percent.data() + "  " + size_text(done) + " of " + size_text(*whole);
}

Progress::Progress() : is_terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (has_shown_) std::fputs("\r\033[K", stderr);
}

void Progress::show(const std::string& line) {
  if (!is_terminal_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + interval;
  has_shown_ = true;
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
  std::fflush(stderr);
}

}  // namespace greenroom::daemon
