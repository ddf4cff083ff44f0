#include "api/notte/profiles.hpp"

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/field_rules.hpp"
#include "api/notte/parse.hpp"
#include "api/notte/render.hpp"
#include "api/profile_answers.hpp"
#include "base/ids.hpp"
#include "base/time_format.hpp"

namespace greenroom::api::notte {

namespace {
constexpr std::string_view prefix = "notte-profile-";
constexpr std::size_t digits = 16;

constexpr FieldRule name_rules[] = {{"name", FieldType::text, FieldEffect::served}};

json::object render(const Profile& profile) {
  json::object out;
  out["profile_id"] = profile_id_of(profile.id);
  out["name"] = profile.name ? json::value(*profile.name) : json::value(nullptr);
  out["created_at"] = base::to_rfc3339(profile.created_at);
  out["updated_at"] = base::to_rfc3339(profile.updated_at);
  json::array domains;
  for (const std::string& domain : profile.domains) domains.emplace_back(domain);
  out["persisted_domains"] = std::move(domains);
  return out;
}

/// ProfileCreateRequest; the schema forbids every other member.
Result<std::optional<std::string>> parse_name(std::string_view body) {
  auto sent = parse_body(body);
  if (!sent) return sent.error();
  FieldReader fields(*sent, "body");
  std::string name = fields.line("name", longest_profile_name);
  (void)apply_rules(fields, name_rules, UnknownFields::refused);
  if (fields.error()) return *fields.error();
  return name.empty() ? std::optional<std::string>() : std::optional(std::move(name));
}

Task<Result<Profile>> find(const Call& call, Core& core) {
  return find_profile(call, core, own_profile_id(call.path["id"]), no_profile);
}

/// Chrome's extensions call things otherwise than Playwright does (chrome.cookies).
json::object as_playwright(const json::object& cookie) {
  json::object out = cookie;
  if (!out.contains("path")) out["path"] = "/";
  if (!out.contains("httpOnly")) out["httpOnly"] = false;
  out.erase("storeId");
  json::value* site = out.if_contains("sameSite");
  if (site == nullptr || !site->is_string()) return out;
  const std::string word(site->get_string());
  if (word == "no_restriction") *site = "None";
  if (word == "lax") *site = "Lax";
  if (word == "strict") *site = "Strict";
  if (word == "unspecified") out.erase("sameSite");
  return out;
}

struct CookieRequest {
  std::vector<session::Cookie> cookies;
  bool instead_of_all = false;
};

/// The documents do not say which mode is meant when none is named: the one that loses nothing.
Result<CookieRequest> parse_profile_cookies(std::string_view body) {
  auto sent = parse_body(body);
  if (!sent) return sent.error();
  FieldReader fields(*sent, "body");
  const auto mode = fields.choice("mode", {"replace", "append"});
  if (fields.choice("source_format", {"playwright", "chrome"}) == "chrome")
    if (json::value* list = sent->if_contains("cookies"); list != nullptr && list->is_array())
      for (json::value& cookie : list->get_array())
        if (cookie.is_object()) cookie = as_playwright(cookie.get_object());
  if (fields.error()) return *fields.error();
  auto cookies = parse_cookies(json::serialize(*sent));
  if (!cookies) return cookies.error();
  return CookieRequest{std::move(*cookies), mode == "replace"};
}
}  // namespace

std::string profile_id_of(std::string_view id) {
  std::string out(prefix);
  for (const char c : id)
    if (c != '-' && out.size() < prefix.size() + digits) out += c;
  return out;
}

std::string own_profile_id(std::string_view said) {
  if (base::is_uuid(said)) return std::string(said);
  if (!said.starts_with(prefix) || said.size() != prefix.size() + digits) return {};
  said.remove_prefix(prefix.size());
  if (said.find_first_not_of("0123456789abcdef") != std::string_view::npos) return {};
  return std::string(said.substr(0, 8)) + "-" + std::string(said.substr(8, 4)) + "-" +
         std::string(said.substr(12, 4));
}

Task<Result<net::Response>> create_profile(const Call& call, Core& core) {
  auto profiles = profiles_of(call, core);
  if (!profiles) co_return profiles.error();
  auto name = parse_name(call.request.body);
  if (!name) co_return name.error();
  ProfileName wanted;
  wanted.text = std::move(*name);
  auto made = co_await (*profiles)->make(call.project_id, std::move(wanted));
  if (!made) co_return made.error();
  co_return json_response(200, render(*made));
}

Task<Result<net::Response>> list_profiles(const Call& call, Core& core) {
  auto profiles = profiles_of(call, core);
  if (!profiles) co_return profiles.error();
  constexpr std::int64_t default_size = 20;
  const auto page = whole_parameter(call.request.target, "page", 1, 1, 1'000'000);
  if (!page) co_return page.error();
  const auto size = whole_parameter(call.request.target, "page_size", default_size, 1, 1000);
  if (!size) co_return size.error();
  ProfileQuery query;
  query.project_id = call.project_id;
  query.name_part = call.request.target.parameter("name").value_or("");
  query.offset = static_cast<std::size_t>((*page - 1) * *size);
  query.limit = static_cast<std::size_t>(*size);
  auto found = co_await (*profiles)->list(std::move(query));
  if (!found) co_return found.error();
  json::array items;
  for (const Profile& profile : found->profiles) items.push_back(render(profile));
  json::object out;
  out["items"] = std::move(items);
  out["page"] = *page;
  out["page_size"] = *size;
  out["has_next"] = found->total > static_cast<std::size_t>(*page * *size);
  out["has_previous"] = *page > 1;
  co_return json_response(200, out);
}

Task<Result<net::Response>> get_profile(const Call& call, Core& core) {
  auto profile = co_await find(call, core);
  if (!profile) co_return profile.error();
  co_return json_response(200, render(*profile));
}

Task<Result<net::Response>> delete_profile(const Call& call, Core& core) {
  auto profile = co_await find(call, core);
  if (!profile) co_return profile.error();
  auto erased = co_await core.profiles()->erase(call.project_id, profile->id);
  if (!erased) co_return erased.error();
  json::object out;
  out["success"] = true;
  out["message"] = "the profile is deleted";
  co_return json_response(200, out);
}

Task<Result<net::Response>> duplicate_profile(const Call& call, Core& core) {
  auto profile = co_await find(call, core);
  if (!profile) co_return profile.error();
  auto name = parse_name(call.request.body);
  if (!name) co_return name.error();
  auto copy = co_await core.profiles()->fork(call.project_id, profile->id, std::move(*name));
  if (!copy) co_return copy.error();
  co_return json_response(200, render(*copy));
}

Task<Result<net::Response>> get_profile_cookies(const Call& call, Core& core) {
  auto profile = co_await find(call, core);
  if (!profile) co_return profile.error();
  auto cookies = co_await core.profiles()->cookies(call.project_id, profile->id);
  if (!cookies) co_return cookies.error();
  json::array list;
  for (const session::Cookie& cookie : *cookies) list.push_back(render_cookie(cookie));
  json::object out;
  out["cookies"] = std::move(list);
  co_return json_response(200, out);
}

Task<Result<net::Response>> set_profile_cookies(const Call& call, Core& core) {
  auto request = parse_profile_cookies(call.request.body);
  if (!request) co_return request.error();
  auto profile = co_await find(call, core);
  if (!profile) co_return profile.error();
  const std::size_t count = request->cookies.size();
  auto put = co_await core.profiles()->put_cookies(call.project_id, profile->id, std::move(request->cookies),
                                                   request->instead_of_all);
  if (!put) co_return put.error();
  json::object out;
  out["success"] = true;
  out["message"] = std::to_string(count) + " cookies taken";
  out["cookies_count"] = *put;
  out["mode"] = request->instead_of_all ? "replace" : "append";
  co_return json_response(200, out);
}

}  // namespace greenroom::api::notte
