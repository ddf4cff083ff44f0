// The routes of Chromium's own DevTools endpoints.
#pragma once

#include "api/dialect.hpp"

namespace greenroom::api {

std::span<const Route> devtools_routes();

}  // namespace greenroom::api
