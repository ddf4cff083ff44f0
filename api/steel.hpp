// Steel's REST dialect, as steel-sdk 0.18.0 speaks it: sessions. docs/providers/steel.md tells what works.
#pragma once

#include "api/dialect.hpp"

namespace greenroom::api::steel {

const Dialect& dialect();

}  // namespace greenroom::api::steel
