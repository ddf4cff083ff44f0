#include "api/hyperbrowser/profiles.hpp"

#include <boost/json.hpp>

#include "api/hyperbrowser/render.hpp"
#include "api/json_fields.hpp"
#include "api/profile_answers.hpp"
#include "base/time_format.hpp"

namespace greenroom::api::hyperbrowser {

namespace {
constexpr const char* no_profile = "Profile not found";

json::object render_new(const Profile& profile) {
  json::object out;
  out["id"] = profile.id;
  out["name"] = profile.name ? json::value(*profile.name) : json::value(nullptr);
  return out;
}

json::object render(const Profile& profile) {
  json::object out = render_new(profile);
  out["teamId"] = profile.project_id;
  out["createdAt"] = base::to_rfc3339(profile.created_at);
  out["updatedAt"] = base::to_rfc3339(profile.updated_at);
  return out;
}

/// The body of a create and of a fork; none at all is one without a name.
Result<std::optional<std::string>> parse_name(std::string_view body) {
  auto object = parse_body(body);
  if (!object) return object.error();
  FieldReader fields(*object, "body");
  std::string name = fields.line("name", longest_profile_name);
  if (fields.error()) return *fields.error();
  return name.empty() ? std::optional<std::string>() : std::optional(std::move(name));
}

Task<Result<Profile>> find(const Call& call, Core& core) {
  return find_profile(call, core, std::string(call.path["id"]), no_profile);
}
}  // namespace

Task<Result<net::Response>> create_profile(const Call& call, Core& core) {
  auto profiles = profiles_of(call, core);
  if (!profiles) co_return profiles.error();
  auto name = parse_name(call.request.body);
  if (!name) co_return name.error();
  ProfileName wanted;
  wanted.text = std::move(*name);
  auto made = co_await (*profiles)->make(call.project_id, std::move(wanted));
  if (!made) co_return made.error();
  co_return json_response(200, render_new(*made));
}

Task<Result<net::Response>> fork_profile(const Call& call, Core& core) {
  auto profile = co_await find(call, core);
  if (!profile) co_return profile.error();
  auto name = parse_name(call.request.body);
  if (!name) co_return name.error();
  auto forked = co_await core.profiles()->fork(call.project_id, profile->id, std::move(*name));
  if (!forked) co_return forked.error();
  co_return json_response(200, render_new(*forked));
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
  co_return json_response(200, out);
}

Task<Result<net::Response>> list_profiles(const Call& call, Core& core) {
  auto profiles = profiles_of(call, core);
  if (!profiles) co_return profiles.error();
  const auto page = parse_page(call.request.target, 10);
  if (!page) co_return page.error();
  ProfileQuery query;
  query.project_id = call.project_id;
  query.name_part = call.request.target.parameter("name").value_or("");
  query.offset = page->offset();
  query.limit = static_cast<std::size_t>(page->size);
  auto found = co_await (*profiles)->list(std::move(query));
  if (!found) co_return found.error();
  json::array out;
  for (const Profile& profile : found->profiles) out.push_back(render(profile));
  co_return json_response(200, render_page("profiles", std::move(out), found->total, *page));
}

Task<Result<void>> settle_create(const Call& call, Core& core, CreateRequest& request) {
  auto settled = co_await settle_profile(call, core, request.spec, "profile.id", no_profile);
  if (!settled || !request.forks_profile) co_return settled;
  auto forked = co_await core.profiles()->fork(call.project_id, request.spec.profile->id, request.fork_name);
  if (!forked) co_return forked.error();
  request.spec.profile->id = forked->id;
  (*request.spec.echo)["forkedProfileId"] = forked->id;
  co_return Result<void>();
}

Task<void> forget_copy(const Call& call, Core& core, const CreateRequest& request) {
  if (!request.forks_profile) co_return;
  (void)co_await core.profiles()->erase(call.project_id, request.spec.profile->id);
}

}  // namespace greenroom::api::hyperbrowser
