// Reads a page's outline through its frames.
#pragma once

#include <string>
#include <unordered_map>

#include "page/values.hpp"
#include "page/visit.hpp"

namespace greenroom::page {

/// Frames of one page in the order in which they were first seen; a number is never given twice.
class FrameNumbers {
 public:
  int of(const std::string& frame);

 private:
  std::unordered_map<std::string, int> numbers_;
  int next_ = 0;
};

/// Errors: those of Visit.
Task<Result<Outline>> read_outline(Visit& visit, const OutlineRequest& request, FrameNumbers& numbers);

}  // namespace greenroom::page
