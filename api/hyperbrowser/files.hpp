// Uploads and the archive of what was downloaded (contract §8.4, §8.5).
#pragma once

#include "api/dialect.hpp"

namespace greenroom::api::hyperbrowser {

Task<Result<net::Response>> upload(const Call& call, Core& core);
Task<Result<net::Response>> downloads_link(const Call& call, Core& core);

}  // namespace greenroom::api::hyperbrowser
