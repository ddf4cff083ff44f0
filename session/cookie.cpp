#include "session/cookie.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace greenroom::session {

namespace {
constexpr std::array<std::pair<SameSite, std::string_view>, 3> same_sites = {
    {{SameSite::strict, "Strict"}, {SameSite::lax, "Lax"}, {SameSite::none, "None"}}};

std::string text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool flag(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::optional<double> number(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

Cookie read_cookie(const json::object& object) {
  Cookie cookie;
  cookie.name = text(object, "name");
  cookie.value = text(object, "value");
  cookie.domain = text(object, "domain");
  cookie.path = text(object, "path");
  // A cookie of the browser's session says -1 here.
  if (!flag(object, "session")) cookie.expires = number(object, "expires");
  cookie.http_only = flag(object, "httpOnly");
  cookie.secure = flag(object, "secure");
  for (const auto& [same_site, word] : same_sites)
    if (text(object, "sameSite") == word) cookie.same_site = same_site;
  if (const json::value* key = object.if_contains("partitionKey"); key != nullptr && key->is_object())
    cookie.partition = text(key->get_object(), "topLevelSite");
  return cookie;
}
}  // namespace

std::vector<Cookie> read_cookies(const json::object& result) {
  std::vector<Cookie> out;
  const json::value* list = result.if_contains("cookies");
  if (list == nullptr || !list->is_array()) return out;
  for (const json::value& item : list->get_array())
    if (item.is_object()) out.push_back(read_cookie(item.get_object()));
  return out;
}

json::object to_cookie_parameters(const std::vector<Cookie>& cookies) {
  json::array list;
  for (const Cookie& cookie : cookies) {
    json::object item;
    item["name"] = cookie.name;
    item["value"] = cookie.value;
    item["domain"] = cookie.domain;
    item["path"] = cookie.path;
    if (cookie.expires) item["expires"] = *cookie.expires;
    item["httpOnly"] = cookie.http_only;
    item["secure"] = cookie.secure;
    for (const auto& [same_site, word] : same_sites)
      if (cookie.same_site == same_site) item["sameSite"] = word;
    if (!cookie.partition.empty())
      item["partitionKey"] = {{"topLevelSite", cookie.partition}, {"hasCrossSiteAncestor", false}};
    list.push_back(std::move(item));
  }
  json::object out;
  out["cookies"] = std::move(list);
  return out;
}

}  // namespace greenroom::session
