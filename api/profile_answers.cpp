#include "api/profile_answers.hpp"

#include <memory>
#include <stdexcept>
#include <utility>

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/field_rules.hpp"
#include "base/time_format.hpp"

namespace greenroom::api {

using base::errc;
using base::Error;

namespace {
constexpr const char* no_profile = "there is no such profile";
constexpr std::int64_t page_limit = 1'000;
constexpr base::Bytes largest_archive{64ull << 30};  // the daemon's own limit of a profile is below

json::object render(const Profile& profile) {
  json::object out;
  out["id"] = profile.id;
  if (profile.name) out["name"] = *profile.name;
  out["projectId"] = profile.project_id;
  out["createdAt"] = base::to_rfc3339(profile.created_at);
  out["updatedAt"] = base::to_rfc3339(profile.updated_at);
  out["version"] = profile.version;
  out["bytes"] = profile.size.count;
  json::array domains;
  for (const std::string& domain : profile.domains) domains.emplace_back(domain);
  out["domains"] = std::move(domains);
  return out;
}

Result<std::optional<std::string>> read_name(const Call& call) {
  auto body = parse_body(call.request.body);
  if (!body) return body.error();
  FieldReader fields(*body, "body");
  const std::string name = trimmed(fields.line("name", longest_profile_name));
  if (fields.error()) return *fields.error();
  return name.empty() ? std::optional<std::string>() : std::optional(name);
}

Task<Result<net::Response>> list(const Call& call, Core& core) {
  auto profiles = profiles_of(call, core);
  if (!profiles) co_return profiles.error();
  ProfileQuery query;
  query.project_id = call.project_id;
  query.name_part = call.request.target.parameter("name").value_or("");
  query.limit = page_limit;
  const auto offset = number_parameter(call.request.target, "offset", 0);
  if (!offset) co_return offset.error();
  query.offset = static_cast<std::size_t>(*offset);
  auto page = co_await (*profiles)->list(std::move(query));
  if (!page) co_return page.error();
  json::array out;
  for (const Profile& profile : page->profiles) out.push_back(render(profile));
  co_return json_response(200, out);
}

Task<Result<net::Response>> make(const Call& call, Core& core) {
  auto profiles = profiles_of(call, core);
  if (!profiles) co_return profiles.error();
  auto name = read_name(call);
  if (!name) co_return name.error();
  ProfileName wanted;
  wanted.text = std::move(*name);
  auto made = co_await (*profiles)->make(call.project_id, std::move(wanted));
  if (!made) co_return made.error();
  co_return json_response(201, render(*made));
}

Task<Result<net::Response>> show(const Call& call, Core& core) {
  auto profile = co_await find_profile(call, core, std::string(call.path["id"]), no_profile);
  if (!profile) co_return profile.error();
  co_return json_response(200, render(*profile));
}

Task<Result<net::Response>> rename(const Call& call, Core& core) {
  auto profile = co_await find_profile(call, core, std::string(call.path["id"]), no_profile);
  if (!profile) co_return profile.error();
  auto name = read_name(call);
  if (!name) co_return name.error();
  auto renamed = co_await core.profiles()->rename(call.project_id, profile->id, std::move(*name));
  if (!renamed) co_return renamed.error();
  co_return json_response(200, render(*renamed));
}

Task<Result<net::Response>> erase(const Call& call, Core& core) {
  auto profile = co_await find_profile(call, core, std::string(call.path["id"]), no_profile);
  if (!profile) co_return profile.error();
  auto erased = co_await core.profiles()->erase(call.project_id, profile->id);
  if (!erased) co_return erased.error();
  co_return no_content();
}

Task<Result<net::Response>> fork(const Call& call, Core& core) {
  auto profile = co_await find_profile(call, core, std::string(call.path["id"]), no_profile);
  if (!profile) co_return profile.error();
  auto name = read_name(call);
  if (!name) co_return name.error();
  auto forked = co_await core.profiles()->fork(call.project_id, profile->id, std::move(*name));
  if (!forked) co_return forked.error();
  co_return json_response(201, render(*forked));
}

/// A file that cannot be read to its end leaves the answer without one, so that nobody takes it for whole.
Task<void> send(std::shared_ptr<ProfileExport> archive, net::BodyWriter& body) {
  for (;;) {
    auto piece = co_await archive->next();
    if (!piece) throw std::runtime_error("a profile's archive: " + piece.error().message());
    if (piece->empty()) co_return;
    const bool is_taken = co_await body.write(*piece);
    if (!is_taken) co_return;
  }
}

Task<Result<net::Response>> take_out(const Call& call, Core& core) {
  auto profile = co_await find_profile(call, core, std::string(call.path["id"]), no_profile);
  if (!profile) co_return profile.error();
  auto archive = co_await core.profiles()->export_archive(call.project_id, profile->id);
  if (!archive) co_return archive.error();
  net::Response response;
  response.headers.set("content-type", "application/zstd");
  response.headers.set("content-disposition", "attachment; filename=\"" + profile->id + ".tar.zst\"");
  response.stream = [kept = std::shared_ptr<ProfileExport>(std::move(*archive))](net::BodyWriter& body) {
    return send(kept, body);
  };
  co_return response;
}

Task<Result<std::string>> next_piece(net::BodyReader* incoming, std::shared_ptr<std::string> whole) {
  if (incoming != nullptr) co_return co_await incoming->read();
  co_return std::exchange(*whole, {});
}

Task<Result<net::Response>> put_in(const Call& call, Core& core) {
  auto profile = co_await find_profile(call, core, std::string(call.path["id"]), no_profile);
  if (!profile) co_return profile.error();
  // A small one may come whole, when it was not said to be anything else than JSON.
  net::BodyReader* incoming = call.request.incoming;
  auto whole = std::make_shared<std::string>(call.request.body);
  ArchiveSource source = [incoming, whole] { return next_piece(incoming, whole); };
  auto taken = co_await core.profiles()->import_archive(call.project_id, profile->id, std::move(source));
  if (!taken) co_return taken.error();
  co_return json_response(200, render(*taken));
}

constexpr Route routes[] = {
    {"GET", "/greenroom/v1/profiles", list},
    {"POST", "/greenroom/v1/profiles", make},
    {"GET", "/greenroom/v1/profiles/{id}", show},
    {"PATCH", "/greenroom/v1/profiles/{id}", rename},
    {"DELETE", "/greenroom/v1/profiles/{id}", erase},
    {"POST", "/greenroom/v1/profiles/{id}/fork", fork},
    {"GET", "/greenroom/v1/profiles/{id}/archive", take_out},
    {"PUT", "/greenroom/v1/profiles/{id}/archive", put_in, Access::key, largest_archive},
};
}  // namespace

Result<Profiles*> profiles_of(const Call& call, Core& core) {
  if (Profiles* profiles = core.profiles()) return profiles;
  return not_served(call.request.method + " " + call.request.target.path);
}

Task<Result<Profile>> find_profile(const Call& call, Core& core, std::string id, std::string words) {
  auto profiles = profiles_of(call, core);
  if (!profiles) co_return profiles.error();
  auto found = co_await (*profiles)->find(call.project_id, std::move(id));
  if (!found && found.error().code == errc::not_found) co_return Error{errc::not_found, std::move(words)};
  co_return found;
}

Task<Result<void>> settle_profile(const Call& call, Core& core, session::SessionSpec& spec,
                                  std::string_view field, std::string_view words) {
  if (!spec.profile) co_return Result<void>();
  if (core.profiles() == nullptr) co_return not_served(field);
  auto found = co_await find_profile(call, core, spec.profile->id, std::string(words));
  if (!found) co_return found.error();
  spec.profile->id = std::move(found->id);
  co_return Result<void>();
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\f\v";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

std::span<const Route> profile_routes() { return routes; }

}  // namespace greenroom::api
