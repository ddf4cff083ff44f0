// Going to an address and waiting until the new document has come as far as was asked.
#pragma once

#include "page/values.hpp"
#include "page/visit.hpp"

namespace greenroom::page {

/// A failed request is no error here: the browser then shows its error page (Navigation::failure).
/// Errors   forbidden (an address that is not open to clients), conflict (another navigation took its place),
///          timed_out, those of Visit.
Task<Result<Navigation>> navigate(Visit& visit, const NavigateRequest& request);

}  // namespace greenroom::page
