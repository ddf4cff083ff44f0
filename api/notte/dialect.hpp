// Notte's REST dialect, as npm notte-sdk 0.0.3 and the Python client speak it. docs/providers/notte.md tells
// what works and what was chosen where the provider's own documentation is silent.
#pragma once

#include "api/dialect.hpp"

namespace greenroom::api::notte {

const Dialect& dialect();

}  // namespace greenroom::api::notte
