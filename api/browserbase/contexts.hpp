// Browserbase's contexts.
#pragma once

#include "api/dialect.hpp"

namespace greenroom::api::browserbase {

Task<Result<net::Response>> create_context(const Call& call, Core& core);
Task<Result<net::Response>> get_context(const Call& call, Core& core);
/// Deprecated there: asks for an address to upload to, which there is none of any more.
Task<Result<net::Response>> update_context(const Call& call, Core& core);
Task<Result<net::Response>> delete_context(const Call& call, Core& core);

inline constexpr const char* no_context = "Context not found";

}  // namespace greenroom::api::browserbase
