// Notte's profiles.
#pragma once

#include <string>
#include <string_view>

#include "api/dialect.hpp"

namespace greenroom::api::notte {

Task<Result<net::Response>> create_profile(const Call& call, Core& core);
Task<Result<net::Response>> list_profiles(const Call& call, Core& core);
Task<Result<net::Response>> get_profile(const Call& call, Core& core);
Task<Result<net::Response>> delete_profile(const Call& call, Core& core);
Task<Result<net::Response>> duplicate_profile(const Call& call, Core& core);
Task<Result<net::Response>> get_profile_cookies(const Call& call, Core& core);
Task<Result<net::Response>> set_profile_cookies(const Call& call, Core& core);

/// "notte-profile-" and 16 hexadecimal digits, which are the first of our own id.
std::string profile_id_of(std::string_view id);
/// What such a name, or a whole id, is called here; empty for anything else.
std::string own_profile_id(std::string_view said);

inline constexpr const char* no_profile = "Profile not found";

}  // namespace greenroom::api::notte
