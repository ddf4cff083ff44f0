// /api/extensions.
#pragma once

#include "api/dialect.hpp"

namespace greenroom::api::hyperbrowser {

Task<Result<net::Response>> add_extension(const Call& call, Core& core);
Task<Result<net::Response>> list_extensions(const Call& call, Core& core);
/// Not in the SDK; users miss them.
Task<Result<net::Response>> get_extension(const Call& call, Core& core);
Task<Result<net::Response>> delete_extension(const Call& call, Core& core);

}  // namespace greenroom::api::hyperbrowser
