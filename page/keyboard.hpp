// Keys and text, to whatever has the focus.
#pragma once

#include <string>

#include "page/visit.hpp"

namespace greenroom::page {

/// "Enter", "a", "Control+Shift+K". Errors: invalid_argument (no such key), those of Visit.
Task<Result<void>> press_keys(Visit& visit, const std::string& keys);

/// As if it were pasted, at the caret or over what is selected. Errors: those of Visit.
Task<Result<void>> insert_text(Visit& visit, const std::string& text);

}  // namespace greenroom::page
