// The part of a profile that its files do not hold: cookies, those of the browser's session among them, and
// what tabs keep in sessionStorage. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/error.hpp"
#include "session/cookie.hpp"

namespace greenroom::session {

using StoredItems = std::map<std::string, std::string>;
/// By origin, "https://example.com".
using TabItems = std::map<std::string, StoredItems>;

struct ProfileState {
  json::array cookies;  ///< each as Storage.getCookies tells it
  TabItems tabs;

  bool operator==(const ProfileState&) const = default;
};

std::string to_text(const ProfileState& state);
/// Errors: invalid_argument (not what to_text() makes).
base::Result<ProfileState> profile_state_from(std::string_view text);

/// As Storage.setCookies wants them, each by itself: one that the browser does not like must not cost the
/// others. What has expired is left out. `now`: seconds since 1970.
json::array cookies_to_set(const ProfileState& state, double now);

std::vector<Cookie> cookies_of(const ProfileState& state);
/// Puts cookies in, in place of those of the same name, domain, path and partition, or of all.
void put_cookies(ProfileState& state, const std::vector<Cookie>& cookies, bool instead_of_all);

/// The hosts of which something is kept, each once, in their order.
std::vector<std::string> domains_of(const ProfileState& state);

}  // namespace greenroom::session
