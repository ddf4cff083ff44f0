// Hyperbrowser's REST dialect, as @hyperbrowser/sdk 0.92.6 speaks it. docs/providers/hyperbrowser.md tells
// what works and what was chosen where the provider's own documentation is silent.
#pragma once

#include "api/dialect.hpp"

namespace greenroom::api::hyperbrowser {

const Dialect& dialect();

}  // namespace greenroom::api::hyperbrowser
