#include "api/browserbase/extensions.hpp"

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/extension_forms.hpp"
#include "base/time_format.hpp"

namespace greenroom::api::browserbase {

namespace {
json::object render(const Extension& extension) {
  json::object out;
  out["id"] = extension.id;
  out["createdAt"] = base::to_rfc3339(extension.created_at);
  out["updatedAt"] = base::to_rfc3339(extension.updated_at);
  out["fileName"] = extension.file_name;
  out["projectId"] = extension.project_id;
  return out;
}
}  // namespace

Task<Result<net::Response>> create_extension(const Call& call, Core& core) {
  if (core.extensions() == nullptr) co_return co_await refuse_route(call, core);
  auto extension = co_await receive_extension(call, *core.extensions());
  if (!extension) co_return extension.error();
  co_return json_response(200, render(*extension));
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
  co_return no_content();
}

}  // namespace greenroom::api::browserbase
