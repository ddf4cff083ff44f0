// POST /v1/fetch: a resource of the web, without a browser.
#pragma once

#include "api/dialect.hpp"

namespace greenroom::api::browserbase {

Task<Result<net::Response>> fetch(const Call& call, Core& core);

}  // namespace greenroom::api::browserbase
