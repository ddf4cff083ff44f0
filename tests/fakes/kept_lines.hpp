// A log that keeps its lines, for tests that look at them or want none on the terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"

namespace greenroom::fakes {

class KeptLines final : public base::LogSink {
 public:
  void write(base::LogLevel, std::string_view line) override { lines_.emplace_back(line); }
  const std::vector<std::string>& lines() const { return lines_; }
  bool mentions(std::string_view text) const {
    for (const std::string& line : lines_)
      if (line.find(text) != std::string::npos) return true;
    return false;
  }

 private:
  std::vector<std::string> lines_;
};

}  // namespace greenroom::fakes
