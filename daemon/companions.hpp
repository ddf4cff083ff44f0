// What sessions carry besides their browsers: made here, since only the composition root knows all of them.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "session/companion.hpp"

namespace greenroom::daemon {

/// Adds to the companions what one part of the daemon gives to a session of that specification, if anything.
using AddCompanions = std::function<base::Task<base::Result<void>>(const session::SessionSpec& spec,
                                                                   session::Companions& companions)>;

/// Asks each part in its order. The first error is the create's.
session::MakeCompanions companions_of(std::vector<AddCompanions> parts);

}  // namespace greenroom::daemon
