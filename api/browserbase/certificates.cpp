#include "api/browserbase/certificates.hpp"

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/certificates.hpp"
#include "base/time_format.hpp"
#include "net/form.hpp"

namespace greenroom::api::browserbase {

using base::errc;
using base::Error;

namespace {
constexpr base::Bytes largest_file{1024 * 1024};

json::object render(const Certificate& certificate) {
  json::object out;
  out["id"] = certificate.id;
  out["createdAt"] = base::to_rfc3339(certificate.created_at);
  out["updatedAt"] = base::to_rfc3339(certificate.updated_at);
  out["projectId"] = certificate.project_id;
  return out;
}
}  // namespace

Task<Result<net::Response>> create_certificate(const Call& call, Core& core) {
  Certificates* kept = core.certificates();
  if (kept == nullptr) co_return co_await refuse_route(call, core);
  net::FormOptions options;
  options.files = largest_file;
  auto form = co_await net::collect_form(call.request, std::move(options));
  if (!form && form.error().code == errc::protocol)
    co_return Error{errc::invalid_argument, form.error().detail};
  if (!form) co_return form.error();
  const net::FormFile* file = form->file("file");
  if (file == nullptr) co_return Error{errc::invalid_argument, "body must have required property 'file'"};
  auto made = co_await kept->add(call.project_id, file->content);
  if (!made) co_return made.error();
  co_return json_response(200, render(*made));
}

Task<Result<net::Response>> list_certificates(const Call& call, Core& core) {
  Certificates* kept = core.certificates();
  if (kept == nullptr) co_return co_await refuse_route(call, core);
  auto all = co_await kept->list(call.project_id);
  if (!all) co_return all.error();
  json::array out;
  for (const Certificate& one : *all) out.push_back(render(one));
  co_return json_response(200, out);
}

Task<Result<net::Response>> get_certificate(const Call& call, Core& core) {
  Certificates* kept = core.certificates();
  if (kept == nullptr) co_return co_await refuse_route(call, core);
  auto found = co_await kept->find(call.project_id, std::string(call.path["id"]));
  if (!found) co_return Error{found.error().code, "Certificate not found"};
  co_return json_response(200, render(*found));
}

Task<Result<net::Response>> delete_certificate(const Call& call, Core& core) {
  Certificates* kept = core.certificates();
  if (kept == nullptr) co_return co_await refuse_route(call, core);
  auto removed = co_await kept->remove(call.project_id, std::string(call.path["id"]));
  if (!removed) co_return Error{removed.error().code, "Certificate not found"};
  net::Response response;
  response.status = 204;
  co_return response;
}

}  // namespace greenroom::api::browserbase
