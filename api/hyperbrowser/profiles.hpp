// Hyperbrowser's profiles.
#pragma once

#include "api/dialect.hpp"
#include "api/hyperbrowser/parse.hpp"

namespace greenroom::api::hyperbrowser {

Task<Result<net::Response>> create_profile(const Call& call, Core& core);
Task<Result<net::Response>> fork_profile(const Call& call, Core& core);
Task<Result<net::Response>> get_profile(const Call& call, Core& core);
Task<Result<net::Response>> delete_profile(const Call& call, Core& core);
Task<Result<net::Response>> list_profiles(const Call& call, Core& core);

/// The profile that a create names has its whole id then; where the create asks for a copy of it, it names
/// the copy. Errors: not_found, unsupported.
Task<Result<void>> settle_create(const Call& call, Core& core, CreateRequest& request);
/// Takes such a copy back: nobody gets its session.
Task<void> forget_copy(const Call& call, Core& core, const CreateRequest& request);

}  // namespace greenroom::api::hyperbrowser
