#include "api/browserbase/contexts.hpp"

#include <boost/json.hpp>

#include "api/json_fields.hpp"
#include "api/profile_answers.hpp"
#include "base/time_format.hpp"

namespace greenroom::api::browserbase {

using base::errc;
using base::Error;

namespace {
/// Uploads are no more, but these members are not optional (ContextCreateResponse, SDK 2.21.0): the address
/// answers 404, and there is nothing to encrypt for it.
json::object render_upload(const Call& call, const Profile& profile) {
  constexpr int iv_size = 16;
  json::object out;
  out["id"] = profile.id;
  out["uploadUrl"] = call.base_url + "/browserbase/v1/contexts/" + profile.id + "/uploads-are-no-more";
  out["publicKey"] = "";
  out["cipherAlgorithm"] = "AES-256-CBC";
  out["initializationVectorSize"] = iv_size;
  return out;
}

Result<std::optional<std::string>> parse_name(std::string_view body) {
  auto object = parse_body(body);
  if (!object) return object.error();
  FieldReader fields(*object, "body");
  const auto said = fields.text("name");
  std::string name = trimmed(fields.line("name", longest_profile_name));
  fields.text("projectId");
  if (fields.error()) return *fields.error();
  if (!said) return std::optional<std::string>();
  if (name.empty()) return Error{errc::invalid_argument, "body/name must NOT have fewer than 1 characters"};
  return std::optional(std::move(name));
}

Task<Result<Profile>> find(const Call& call, Core& core) {
  return find_profile(call, core, std::string(call.path["id"]), no_context);
}
}  // namespace

Task<Result<net::Response>> create_context(const Call& call, Core& core) {
  auto profiles = profiles_of(call, core);
  if (!profiles) co_return profiles.error();
  auto name = parse_name(call.request.body);
  if (!name) co_return name.error();
  ProfileName wanted;
  wanted.text = std::move(*name);
  wanted.is_unique = true;
  auto made = co_await (*profiles)->make(call.project_id, std::move(wanted));
  if (!made && made.error().code == errc::conflict)
    co_return Error{errc::conflict, "A context with this name already exists in the project"};
  if (!made) co_return made.error();
  co_return json_response(201, render_upload(call, *made));
}

Task<Result<net::Response>> get_context(const Call& call, Core& core) {
  auto profile = co_await find(call, core);
  if (!profile) co_return profile.error();
  json::object out;
  out["id"] = profile->id;
  out["createdAt"] = base::to_rfc3339(profile->created_at);
  out["updatedAt"] = base::to_rfc3339(profile->updated_at);
  out["projectId"] = profile->project_id;
  if (profile->name) out["name"] = *profile->name;
  co_return json_response(200, out);
}

Task<Result<net::Response>> update_context(const Call& call, Core& core) {
  auto profile = co_await find(call, core);
  if (!profile) co_return profile.error();
  co_return json_response(200, render_upload(call, *profile));
}

Task<Result<net::Response>> delete_context(const Call& call, Core& core) {
  auto profile = co_await find(call, core);
  if (!profile) co_return profile.error();
  auto erased = co_await core.profiles()->erase(call.project_id, profile->id);
  if (!erased) co_return erased.error();
  co_return no_content();
}

}  // namespace greenroom::api::browserbase
