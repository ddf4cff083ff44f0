#include "api/hyperbrowser/extensions.hpp"

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/extension_forms.hpp"
#include "base/time_format.hpp"

namespace greenroom::api::hyperbrowser {

namespace {
json::object render(const Extension& extension) {
  json::object out;
  out["id"] = extension.id;
  out["name"] = extension.name;
  out["createdAt"] = base::to_rfc3339(extension.created_at);
  out["updatedAt"] = base::to_rfc3339(extension.updated_at);
  return out;
}
}  // namespace

Task<Result<net::Response>> add_extension(const Call& call, Core& core) {
  if (core.extensions() == nullptr) co_return co_await refuse_route(call, core);
  auto extension = co_await receive_extension(call, *core.extensions());
  if (!extension) co_return extension.error();
  co_return json_response(200, render(*extension));
}

/// The SDK for Node is declared with a bare list, the one for Python reads an object with it. The first names
/// the library that it fetches with.
Task<Result<net::Response>> list_extensions(const Call& call, Core& core) {
  if (core.extensions() == nullptr) co_return co_await refuse_route(call, core);
  auto all = co_await core.extensions()->list(call.project_id);
  if (!all) co_return all.error();
  json::array items;
  for (const Extension& extension : *all) items.push_back(render(extension));
  if (call.request.header("user-agent").starts_with("node-fetch/")) co_return json_response(200, items);
  json::object out;
  out["extensions"] = std::move(items);
  co_return json_response(200, out);
}

Task<Result<net::Response>> get_extension(const Call& call, Core& core) {
  if (core.extensions() == nullptr) co_return co_await refuse_route(call, core);
  auto extension = co_await core.extensions()->find(call.project_id, std::string(call.path["id"]));
  if (!extension) co_return extension.error();
  co_return json_response(200, render(*extension));
}

Task<Result<net::Response>> delete_extension(const Call& call, Core& core) {
  if (core.extensions() == nullptr) co_return co_await refuse_route(call, core);
  auto removed = co_await core.extensions()->remove(call.project_id, std::string(call.path["id"]));
  if (!removed) co_return removed.error();
  json::object out;
  out["success"] = true;
  co_return json_response(200, out);
}

}  // namespace greenroom::api::hyperbrowser
