// Reads the selectors that name elements across frames. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace greenroom::page {

/// One look-up inside one document.
struct SelectorPart {
  enum class Kind { xpath, css, text };
  Kind kind = Kind::css;
  std::string expression;
  bool operator==(const SelectorPart&) const = default;
};

/// The parts of a selector: every one but the last names an iframe, whose document the next is looked up in.
///
/// "xpath=…", or what begins with '/' or '(', is XPath, in which each step called iframe or frame leads into
/// that frame if more steps follow. "text=…" is the innermost element with that text. All else, with or
/// without "css=", is CSS. " >> " leads into a frame in CSS.
/// Errors: invalid_argument (nothing in it, or longer than 16 KiB, or more than 32 frames deep).
base::Result<std::vector<SelectorPart>> parse_selector(std::string_view text);

}  // namespace greenroom::page
