// /v1/extensions.
#pragma once

#include "api/dialect.hpp"

namespace greenroom::api::browserbase {

Task<Result<net::Response>> create_extension(const Call& call, Core& core);
Task<Result<net::Response>> get_extension(const Call& call, Core& core);
Task<Result<net::Response>> delete_extension(const Call& call, Core& core);

}  // namespace greenroom::api::browserbase
