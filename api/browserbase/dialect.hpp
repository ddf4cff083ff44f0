// Browserbase's REST dialect, as @browserbasehq/sdk 2.21.0 speaks it. docs/providers/browserbase.md tells
// what works and what was chosen where the provider's own documentation is silent.
#pragma once

#include "api/dialect.hpp"

namespace greenroom::api::browserbase {

const Dialect& dialect();

}  // namespace greenroom::api::browserbase
