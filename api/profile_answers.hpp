// What every dialect's handlers need of profiles, and the daemon's own routes for them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "api/dialect.hpp"
#include "api/profiles.hpp"

namespace greenroom::api {

/// The daemon's profiles. Errors: unsupported (it keeps none); it names the call.
Result<Profiles*> profiles_of(const Call& call, Core& core);

/// A profile of the caller's project. Errors: not_found with `words`, the API's own; as profiles_of().
Task<Result<Profile>> find_profile(const Call& call, Core& core, std::string id, std::string words);

/// The profile that a create names, which then has its whole id. Nothing is done where none is named.
/// Errors: as find_profile(); unsupported names `field`.
Task<Result<void>> settle_profile(const Call& call, Core& core, session::SessionSpec& spec,
                                  std::string_view field, std::string_view words);

/// Text without blanks at its ends.
std::string trimmed(std::string_view text);

constexpr std::size_t longest_profile_name = 255;  ///< bytes

/// /greenroom/v1/profiles: what no provider has a call for, archives above all.
std::span<const Route> profile_routes();

}  // namespace greenroom::api
