#include "api/browserbase/files.hpp"

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/file_answers.hpp"
#include "base/time_format.hpp"

namespace greenroom::api::browserbase {

using base::errc;
using base::Error;

namespace {
constexpr std::int64_t largest_number = std::int64_t{1} << 53;

json::object render_file(const KeptFile& file) {
  json::object out;
  out["id"] = file.id;
  out["sessionId"] = file.session_id;
  out["filename"] = file.name;
  out["mimeType"] = file.mime_type;
  out["size"] = file.size.count;
  out["checksum"] = file.checksum;
  out["createdAt"] = base::to_rfc3339(file.created_at);
  return out;
}

Result<std::optional<base::Bytes>> size_parameter(const net::Target& target, std::string_view name) {
  if (!target.parameter(name)) return std::optional<base::Bytes>();
  const auto number = whole_parameter(target, name, 0, 0, largest_number);
  if (!number) return number.error();
  return std::optional(base::Bytes{static_cast<std::uint64_t>(*number)});
}

Result<std::optional<base::WallTime>> time_parameter(const net::Target& target, std::string_view name) {
  const auto text = target.parameter(name);
  if (!text) return std::optional<base::WallTime>();
  const auto time = base::from_rfc3339(*text);
  if (!time)
    return Error{errc::invalid_argument,
                 "querystring/" + std::string(name) + " must match format \"date-time\""};
  return std::optional(*time);
}

/// What is asked for, but for whose it is.
Result<FileQuery> parse_list_query(const net::Target& target) {
  FileQuery query;
  query.source = FileSource::download;
  query.name = target.parameter("filename");
  if (query.name && query.name->size() > 255)
    return Error{errc::invalid_argument, "querystring/filename must NOT have more than 255 characters"};
  query.mime_type = target.parameter("mimeType");
  const auto least = size_parameter(target, "minSize");
  const auto most = size_parameter(target, "maxSize");
  const auto after = time_parameter(target, "createdAfter");
  const auto before = time_parameter(target, "createdBefore");
  const auto limit = whole_parameter(target, "limit", 20, 1, 100);
  const auto offset = whole_parameter(target, "offset", 0, 0, largest_number);
  if (!least) return least.error();
  if (!most) return most.error();
  if (!after) return after.error();
  if (!before) return before.error();
  if (!limit) return limit.error();
  if (!offset) return offset.error();
  query.least = *least;
  query.most = *most;
  query.after = *after;
  query.before = *before;
  query.limit = static_cast<std::size_t>(*limit);
  query.offset = static_cast<std::size_t>(*offset);
  return query;
}

/// A download of the key's project by the path's {id}. Others are as unknown as ones that never were.
Task<Result<KeptFile>> find_download(const Call& call, SessionFiles& files) {
  auto file = co_await files.find(call.project_id, std::string(call.path["id"]));
  if (file && file->source == FileSource::download) co_return file;
  if (!file && file.error().code != errc::not_found) co_return file.error();
  co_return Error{errc::not_found, "Download not found"};
}
}  // namespace

Task<Result<net::Response>> upload(const Call& call, Core& core) {
  auto files = files_of(core);
  if (!files) co_return files.error();
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  NewFile wanted;
  wanted.project_id = (*view)->project_id;
  wanted.session_id = (*view)->id;
  auto kept = co_await receive_form(call, **files, std::move(wanted));
  if (!kept) co_return kept.error();
  json::object out;
  out["message"] = "File uploaded successfully";
  co_return json_response(200, out);
}

Task<Result<net::Response>> session_downloads(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  auto page = co_await downloads_of(core, **view);
  if (!page) co_return page.error();
  co_return archive_response(*core.files(), std::move(page->files), "downloads.zip");
}

Task<Result<net::Response>> list_files(const Call& call, Core& core) {
  auto files = files_of(core);
  if (!files) co_return files.error();
  auto session_id = call.request.target.parameter("sessionId");
  if (!session_id)
    co_return Error{errc::invalid_argument, "querystring must have required property 'sessionId'"};
  auto query = parse_list_query(call.request.target);
  if (!query) co_return query.error();
  auto view = co_await core.find(std::move(*session_id));
  if (!view) co_return view.error();
  if ((*view)->project_id != call.project_id) co_return Error{errc::not_found, "session"};
  co_await (*files)->settle((*view)->id);
  query->project_id = call.project_id;
  query->session_id = (*view)->id;
  const std::size_t limit = query->limit;
  const std::size_t offset = query->offset;
  auto page = co_await (*files)->list(std::move(*query));
  if (!page) co_return page.error();
  json::array list;
  for (const KeptFile& file : page->files) list.push_back(render_file(file));
  json::object out;
  out["downloads"] = std::move(list);
  out["total"] = page->total;
  out["limit"] = limit;
  out["offset"] = offset;
  co_return json_response(200, out);
}

/// Its content, unless the client takes nothing but JSON.
Task<Result<net::Response>> get_file(const Call& call, Core& core) {
  auto files = files_of(core);
  if (!files) co_return files.error();
  auto file = co_await find_download(call, **files);
  if (!file) co_return file.error();
  if (call.request.header("accept").starts_with("application/json"))
    co_return json_response(200, render_file(*file));
  co_return content_response(**files, *file);
}

Task<Result<net::Response>> delete_file(const Call& call, Core& core) {
  auto files = files_of(core);
  if (!files) co_return files.error();
  auto file = co_await find_download(call, **files);
  if (!file) co_return file.error();
  auto erased = co_await (*files)->erase(file->project_id, file->id);
  if (!erased) co_return erased.error();
  co_return no_content();
}

}  // namespace greenroom::api::browserbase
