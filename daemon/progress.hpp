// How far a long work is, on one line of a terminal that is written over and over.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace greenroom::daemon {

/// "out.mp4  [########------------]  40 %  4.0 of 10.0 MiB"; without a known whole, the bytes alone. Pure.
std::string progress_line(std::string_view name, base::Bytes done, std::optional<base::Bytes> whole);

/// "12.3 MiB", with the unit that fits. Pure.
std::string size_text(base::Bytes size);

/// Shows lines on standard error when that is a terminal, and nothing otherwise. The line is gone afterwards.
class Progress {
 public:
  Progress();
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// At most ten times a second; in between calls cost nothing.
  void show(const std::string& line);

 private:
  bool is_terminal_ = false;
  bool has_shown_ = false;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace greenroom::daemon
