// Doing one thing to one element.
#pragma once

#include "page/values.hpp"
#include "page/visit.hpp"

namespace greenroom::page {

/// Errors   not_found (no such element), conflict (it cannot be acted on: with the reason), invalid_argument
///          (selector, key, option, a field that does not take the text), those of Visit.
Task<Result<Done>> act(Visit& visit, const ActRequest& request);

}  // namespace greenroom::page
