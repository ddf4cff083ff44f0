// The routes that tell of a session's recording, fetch it and delete it, for whoever has a key.
#pragma once

#include <span>

#include "api/dialect.hpp"

namespace greenroom::api {

std::span<const Route> recording_routes();

}  // namespace greenroom::api
