#include "session/profile_state.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

#include <boost/json.hpp>

namespace greenroom::session {

using base::errc;
using base::Error;
using base::Result;

namespace {
constexpr std::string_view form = "greenroom-profile-1";
/// Members of a cookie that are the same in Storage.getCookies and Storage.setCookies. `domain` is not here:
/// a cookie of one host alone has to be set by an address.
constexpr std::string_view same_members[] = {"name",       "value",       "path",     "secure",
                                             "httpOnly",   "sameSite",    "priority", "sourceScheme",
                                             "sourcePort", "partitionKey"};

std::string_view text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

bool flag_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

/// Seconds since 1970; nothing: until the browser ends.
std::optional<double> expiry_of(const json::object& cookie) {
  const json::value* value = cookie.if_contains("expires");
  if (value == nullptr || !value->is_number() || flag_of(cookie, "session")) return std::nullopt;
  const double seconds = value->to_number<double>();
  return seconds < 0 ? std::nullopt : std::optional(seconds);
}

json::object to_set(const json::object& cookie) {
  json::object out;
  for (const std::string_view name : same_members)
    if (const json::value* value = cookie.if_contains(name)) out[name] = *value;
  const std::string_view domain = text_of(cookie, "domain");
  if (domain.starts_with("."))
    out["domain"] = domain;
  else
    out["url"] = std::string(flag_of(cookie, "secure") ? "https://" : "http://") + std::string(domain) + "/";
  if (const auto expires = expiry_of(cookie)) out["expires"] = *expires;
  return out;
}

auto identity_of(const json::object& cookie) {
  const json::value* partition = cookie.if_contains("partitionKey");
  const json::object* key = partition != nullptr ? partition->if_object() : nullptr;
  return std::tuple(text_of(cookie, "name"), text_of(cookie, "domain"), text_of(cookie, "path"),
                    key != nullptr ? text_of(*key, "topLevelSite") : std::string_view());
}

/// In the form of Storage.getCookies.
json::array as_told(const std::vector<Cookie>& cookies) {
  json::object parameters = to_cookie_parameters(cookies);
  json::array out;
  for (json::value& item : parameters["cookies"].get_array()) {
    json::object& cookie = item.get_object();
    if (!cookie.contains("expires")) cookie["session"] = true;
    out.push_back(std::move(item));
  }
  return out;
}

/// "https://example.com:8443" to "example.com".
std::string_view host_of(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  if (scheme != std::string_view::npos) origin.remove_prefix(scheme + 3);
  const std::size_t port = origin.rfind(':');
  const bool is_port = port != std::string_view::npos && origin.find(']', port) == std::string_view::npos;
  return is_port ? origin.substr(0, port) : origin;
}
}  // namespace

std::string to_text(const ProfileState& state) {
  json::object tabs;
  for (const auto& [origin, items] : state.tabs) {
    json::object out;
    for (const auto& [key, value] : items) out[key] = value;
    tabs[origin] = std::move(out);
  }
  json::object all;
  all["form"] = form;
  all["cookies"] = state.cookies;
  all["sessionStorage"] = std::move(tabs);
  return json::serialize(all);
}

Result<ProfileState> profile_state_from(std::string_view text) {
  const Error broken{errc::invalid_argument, "not the state of a profile"};
  boost::system::error_code failure;
  json::value all = json::parse(text, failure);
  if (failure || !all.is_object() || text_of(all.get_object(), "form") != form) return broken;
  ProfileState state;
  json::value* cookies = all.get_object().if_contains("cookies");
  const json::value* tabs = all.get_object().if_contains("sessionStorage");
  if (cookies == nullptr || !cookies->is_array() || tabs == nullptr || !tabs->is_object()) return broken;
  for (json::value& cookie : cookies->get_array()) {
    if (!cookie.is_object()) return broken;
    state.cookies.push_back(std::move(cookie));
  }
  for (const auto& tab : tabs->get_object()) {
    if (!tab.value().is_object()) return broken;
    StoredItems& items = state.tabs[std::string(tab.key())];
    for (const auto& item : tab.value().get_object()) {
      if (!item.value().is_string()) return broken;
      items[std::string(item.key())] = std::string(item.value().get_string());
    }
  }
  return state;
}

json::array cookies_to_set(const ProfileState& state, double now) {
  json::array out;
  for (const json::value& item : state.cookies) {
    const json::object* cookie = item.if_object();
    if (cookie == nullptr) continue;
    const auto expires = expiry_of(*cookie);
    if (expires && *expires <= now) continue;
    out.push_back(to_set(*cookie));
  }
  return out;
}

std::vector<Cookie> cookies_of(const ProfileState& state) {
  json::object result;
  result["cookies"] = state.cookies;
  return read_cookies(result);
}

void put_cookies(ProfileState& state, const std::vector<Cookie>& cookies, bool instead_of_all) {
  if (instead_of_all) state.cookies.clear();
  for (json::value& fresh : as_told(cookies)) {
    const auto is_same = [&](const json::value& old) {
      return old.is_object() && identity_of(old.get_object()) == identity_of(fresh.get_object());
    };
    const auto old = std::find_if(state.cookies.begin(), state.cookies.end(), is_same);
    if (old != state.cookies.end())
      *old = std::move(fresh);
    else
      state.cookies.push_back(std::move(fresh));
  }
}

std::vector<std::string> domains_of(const ProfileState& state) {
  std::set<std::string, std::less<>> domains;
  for (const json::value& item : state.cookies) {
    std::string_view domain = item.is_object() ? text_of(item.get_object(), "domain") : std::string_view();
    if (domain.starts_with(".")) domain.remove_prefix(1);
    if (!domain.empty()) domains.emplace(domain);
  }
  for (const auto& [origin, items] : state.tabs) domains.emplace(host_of(origin));
  return {domains.begin(), domains.end()};
}

}  // namespace greenroom::session
