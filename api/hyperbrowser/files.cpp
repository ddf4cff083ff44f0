#include "api/hyperbrowser/files.hpp"

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/file_answers.hpp"

namespace greenroom::api::hyperbrowser {

namespace {
/// Where its clients are told that uploads are; what they then say in CDP is made the session's own folder.
constexpr std::string_view told_directory = "/tmp/uploads/";

/// An option of the create. Sessions of other APIs have none of them.
bool wished(const session::SessionView& view, std::string_view name, bool of_others) {
  if (view.dialect != "hyperbrowser") return of_others;
  const json::value* wish = view.echo ? view.echo->if_contains(name) : nullptr;
  return wish != nullptr && *wish == true;
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
  wanted.same_name = SameName::rename;
  auto kept = co_await receive_form(call, **files, std::move(wanted));
  if (!kept) co_return kept.error();
  json::object out;
  out["message"] = "File uploaded successfully";
  out["filePath"] = std::string(told_directory) + kept->stored_name;
  out["fileName"] = kept->stored_name;
  out["originalName"] = kept->name;
  co_return json_response(200, out);
}

Task<Result<net::Response>> downloads_link(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  json::object out;
  out["status"] = "not_enabled";
  out["downloadsUrl"] = nullptr;
  out["error"] = nullptr;
  if (!wished(**view, "saveDownloads", true)) co_return json_response(200, out);
  auto page = co_await downloads_of(core, **view);
  if (!page) co_return page.error();
  // Of an ended session that downloaded nothing there is an empty archive, so that nobody waits for ever.
  const bool is_there = page->total > 0 || (*view)->state == session::State::ended;
  out["status"] = is_there ? "completed" : "pending";
  if (is_there)
    out["downloadsUrl"] =
        downloads_url(call, core, **view, wished(**view, "appendTimestampToDownloads", true));
  co_return json_response(200, out);
}

}  // namespace greenroom::api::hyperbrowser
