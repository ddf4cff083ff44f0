#include "api/extension_forms.hpp"

#include <algorithm>

#include <boost/json.hpp>

namespace greenroom::api {

Task<Result<Extension>> receive_extension(const Call& call, Extensions& extensions) {
  auto upload = co_await extensions.receive(call.request);
  if (!upload) co_return upload.error();
  upload->project_id = call.project_id;
  co_return co_await extensions.add(std::move(*upload));
}

Task<Result<Extension>> receive_extension_anew(const Call& call, Extensions& extensions) {
  auto upload = co_await extensions.receive(call.request);
  if (!upload) co_return upload.error();
  upload->project_id = call.project_id;
  co_return co_await extensions.replace(std::string(call.path["id"]), std::move(*upload));
}

std::vector<std::string> read_extension_ids(FieldReader& fields, std::string_view name) {
  constexpr std::size_t most = 64;
  std::vector<std::string> out;
  const json::array* list = fields.array(name);
  if (list == nullptr) return out;
  for (const json::value& item : *list) {
    const json::string* id = item.if_string();
    if (id == nullptr || id->empty() || id->size() > 64 || out.size() == most) {
      fields.fail(fields.where() + "/" + std::string(name) + " must hold ids of extensions, at most " +
                  std::to_string(most));
      return {};
    }
    if (std::find(out.begin(), out.end(), std::string_view(*id)) == out.end()) out.emplace_back(*id);
  }
  return out;
}

}  // namespace greenroom::api
