// Claude Scope's REST dialect: what was recorded, as its sessions. There is no official client; its contract
// is the provider's own pages and source. docs/providers/claude_scope.md tells what works and what was
// chosen.
#pragma once

#include "api/dialect.hpp"

namespace greenroom::api::claude_scope {

const Dialect& dialect();

}  // namespace greenroom::api::claude_scope
