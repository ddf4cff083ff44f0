#include "api/notte/files.hpp"

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/file_answers.hpp"
#include "base/time_format.hpp"

namespace greenroom::api::notte {

using base::errc;
using base::Error;

namespace {
// What is kept for ever has to have an end all the same.
constexpr std::chrono::hours for_ever{24 * 365 * 100};

std::string extension_of(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos || dot == 0 ? std::string() : name.substr(dot);
}

net::Response succeeded() {
  json::object out;
  out["success"] = true;
  return json_response(200, out);
}

/// The first generation: by name.
net::Response named_list(const FilePage& page) {
  json::array list;
  for (const KeptFile& file : page.files) {
    json::object item;
    item["name"] = file.name;
    item["size"] = file.size.count;
    item["file_ext"] = extension_of(file.name);
    item["updated_at"] = base::to_rfc3339(file.created_at);
    list.push_back(std::move(item));
  }
  json::object out;
  out["files"] = std::move(list);
  return json_response(200, out);
}

Task<Result<FilePage>> own_uploads(const Call& call, SessionFiles& files) {
  FileQuery query;
  query.project_id = call.project_id;
  query.source = FileSource::upload;
  co_return co_await files.list(std::move(query));
}

/// A link to the newest one of the path's {file}.
Result<net::Response> link_to(const Call& call, const Core& core, const FilePage& page) {
  for (auto file = page.files.rbegin(); file != page.files.rend(); ++file) {
    if (file->name != call.path["file"]) continue;
    json::object out;
    out["url"] = file_url(call, core, *file);
    return json_response(200, out);
  }
  return Error{errc::not_found, "there is no file of that name"};
}

Task<Result<net::Response>> add_own_upload(const Call& call, Core& core) {
  auto files = files_of(core);
  if (!files) co_return files.error();
  NewFile wanted;
  wanted.project_id = call.project_id;
  wanted.name = call.path["file"];
  auto kept = co_await receive_form(call, **files, std::move(wanted));
  if (!kept) co_return kept.error();
  co_return succeeded();
}

Task<Result<net::Response>> list_own_uploads(const Call& call, Core& core) {
  auto files = files_of(core);
  if (!files) co_return files.error();
  auto page = co_await own_uploads(call, **files);
  if (!page) co_return page.error();
  co_return named_list(*page);
}

Task<Result<net::Response>> link_own_upload(const Call& call, Core& core) {
  auto files = files_of(core);
  if (!files) co_return files.error();
  auto page = co_await own_uploads(call, **files);
  if (!page) co_return page.error();
  co_return link_to(call, core, *page);
}

Task<Result<net::Response>> list_session_downloads(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  auto page = co_await downloads_of(core, **view);
  if (!page) co_return page.error();
  co_return named_list(*page);
}

Task<Result<net::Response>> link_session_download(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  auto page = co_await downloads_of(core, **view);
  if (!page) co_return page.error();
  co_return link_to(call, core, *page);
}

Task<Result<net::Response>> add_session_download(const Call& call, Core& core) {
  auto files = files_of(core);
  if (!files) co_return files.error();
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  NewFile wanted;
  wanted.project_id = (*view)->project_id;
  wanted.session_id = (*view)->id;
  wanted.source = FileSource::download;
  wanted.name = call.path["file"];
  auto kept = co_await receive_form(call, **files, std::move(wanted));
  if (!kept) co_return kept.error();
  co_return succeeded();
}

/// The second generation: by id.
json::object render_file(const SessionFiles& files, const session::SessionView& view, const Core& core,
                         const KeptFile& file) {
  const base::WallTime since = view.ended_at.value_or(std::max(core.now(), file.created_at));
  const auto lifetime = files.lifetime().value_or(for_ever);
  json::object out;
  out["id"] = file.id;
  out["session_id"] = file.session_id;
  out["filename"] = file.name;
  out["mime_type"] = file.mime_type;
  out["size"] = file.size.count;
  out["checksum"] = file.checksum;
  out["created_at"] = base::to_rfc3339(file.created_at);
  out["expires_at"] = base::to_rfc3339(since + lifetime);
  out["source"] = file.source == FileSource::upload ? "user_upload" : "session_download";
  return out;
}

Task<Result<net::Response>> add_file(const Call& call, Core& core) {
  auto files = files_of(core);
  if (!files) co_return files.error();
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  NewFile wanted;
  wanted.project_id = (*view)->project_id;
  wanted.session_id = (*view)->id;
  wanted.same_name = SameName::rename;
  auto kept = co_await receive_form(call, **files, std::move(wanted));
  if (!kept) co_return kept.error();
  // Declared as 201, which one of its clients takes for a failure.
  const bool is_strict = call.request.header("x-notte-request-origin") == "sdk-python";
  co_return json_response(is_strict ? 200u : 201u, render_file(**files, **view, core, *kept));
}

Result<std::optional<FileSource>> parse_source(const net::Target& target) {
  const auto source = target.parameter("source");
  if (!source) return std::optional<FileSource>();
  if (*source == "user_upload") return std::optional(FileSource::upload);
  if (*source == "session_download") return std::optional(FileSource::download);
  return Error{errc::invalid_argument, "querystring/source must be user_upload or session_download"};
}

Task<Result<net::Response>> list_files(const Call& call, Core& core) {
  auto files = files_of(core);
  if (!files) co_return files.error();
  const auto source = parse_source(call.request.target);
  if (!source) co_return source.error();
  const auto limit = whole_parameter(call.request.target, "limit", 100, 1, 1000);
  if (!limit) co_return limit.error();
  const auto offset = whole_parameter(call.request.target, "offset", 0, 0, 1'000'000'000);
  if (!offset) co_return offset.error();
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  co_await (*files)->settle((*view)->id);
  FileQuery query;
  query.project_id = (*view)->project_id;
  query.session_id = (*view)->id;
  query.source = *source;
  query.limit = static_cast<std::size_t>(*limit);
  query.offset = static_cast<std::size_t>(*offset);
  auto page = co_await (*files)->list(std::move(query));
  if (!page) co_return page.error();
  json::array list;
  for (const KeptFile& file : page->files) list.push_back(render_file(**files, **view, core, file));
  json::object out;
  out["files"] = std::move(list);
  out["total"] = page->total;
  out["limit"] = *limit;
  out["offset"] = *offset;
  co_return json_response(200, out);
}

/// A file of the path's session.
Task<Result<KeptFile>> find_file(const Call& call, Core& core, SessionFiles& files) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  auto file = co_await files.find((*view)->project_id, std::string(call.path["file"]));
  if (file && file->session_id != (*view)->id) co_return Error{errc::not_found, "there is no such file"};
  co_return file;
}

Task<Result<net::Response>> get_file(const Call& call, Core& core) {
  auto files = files_of(core);
  if (!files) co_return files.error();
  auto file = co_await find_file(call, core, **files);
  if (!file) co_return file.error();
  co_return content_response(**files, *file);
}

Task<Result<net::Response>> delete_file(const Call& call, Core& core) {
  auto files = files_of(core);
  if (!files) co_return files.error();
  auto file = co_await find_file(call, core, **files);
  if (!file) co_return file.error();
  auto erased = co_await (*files)->erase(file->project_id, file->id);
  if (!erased) co_return erased.error();
  co_return no_content();
}

constexpr Route file_endpoints[] = {
    {"POST", "/storage/uploads/{file}", add_own_upload, Access::key, file_route_limit},
    {"GET", "/storage/uploads", list_own_uploads},
    {"GET", "/storage/uploads/{file}", link_own_upload},
    {"GET", "/storage/{id}/downloads", list_session_downloads},
    {"GET", "/storage/{id}/downloads/{file}", link_session_download},
    {"POST", "/storage/{id}/downloads/{file}", add_session_download, Access::key, file_route_limit},
    {"POST", "/sessions/{id}/files", add_file, Access::key, file_route_limit},
    {"GET", "/sessions/{id}/files", list_files},
    {"GET", "/sessions/{id}/files/{file}", get_file},
    {"DELETE", "/sessions/{id}/files/{file}", delete_file},
};
}  // namespace

std::span<const Route> file_routes() { return file_endpoints; }

}  // namespace greenroom::api::notte
