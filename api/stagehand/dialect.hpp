// Stagehand's REST API 3.1.0, as npm @browserbasehq/stagehand 3.7.3 and the generated clients speak it.
// docs/providers/stagehand.md tells what works and what was chosen.
#pragma once

#include "api/dialect.hpp"

namespace greenroom::api::stagehand {

const Dialect& dialect();

}  // namespace greenroom::api::stagehand
