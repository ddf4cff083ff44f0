// Files in both generations of the API (contract §11): the project's own uploads and each session's downloads
// by name, and each session's files by id.
#pragma once

#include <span>

#include "api/dialect.hpp"

namespace greenroom::api::notte {

std::span<const Route> file_routes();

}  // namespace greenroom::api::notte
