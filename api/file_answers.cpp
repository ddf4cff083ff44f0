#include "api/file_answers.hpp"

#include <algorithm>
#include <set>

#include "api/answers.hpp"
#include "api/field_rules.hpp"
#include "net/form.hpp"

namespace greenroom::api {

using base::errc;
using base::Error;

namespace {
/// Takes the one file of a form in; other parts are read and dropped.
class FileSink final : public net::FormSink {
 public:
  FileSink(SessionFiles& files, NewFile wanted) : files_(files), wanted_(std::move(wanted)) {}

  Task<Result<void>> begin(const net::PartHead& head) override {
    is_wanted_ = head.name == "file";
    if (!is_wanted_) co_return Result<void>();
    if (intake_) co_return Error{errc::invalid_argument, "the form must have one part named file"};
    if (wanted_.name.empty()) wanted_.name = head.file_name.value_or("");
    if (wanted_.name.empty())
      co_return Error{errc::invalid_argument, "the part named file must have a filename"};
    // Clients that know nothing of it send these.
    const bool says_nothing =
        head.content_type == "application/octet-stream" || head.content_type == "text/plain";
    if (!says_nothing && head.content_type.size() <= 255) wanted_.mime_type = head.content_type;
    auto intake = co_await files_.receive(wanted_);
    if (!intake) co_return intake.error();
    intake_ = std::move(*intake);
    co_return Result<void>();
  }

  Task<Result<void>> write(std::string_view piece) override {
    if (!is_wanted_) co_return Result<void>();
    co_return co_await intake_->write(piece);
  }

  Task<Result<void>> end() override {
    if (!is_wanted_) co_return Result<void>();
    is_wanted_ = false;
    is_whole_ = true;
    co_return Result<void>();
  }

  /// Only when the whole form was there: what breaks off after the file is no upload.
  Task<Result<KeptFile>> finish() {
    if (!is_whole_) co_return Error{errc::invalid_argument, "the form must have a part named file"};
    co_return co_await intake_->finish();
  }

 private:
  SessionFiles& files_;
  NewFile wanted_;
  std::unique_ptr<FileIntake> intake_;
  bool is_wanted_ = false;
  bool is_whole_ = false;
};

/// For a header: the name in ASCII for old clients, and as it is (RFC 6266 §4.3).
std::string attachment(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    plain += byte < 0x20 || byte > 0x7e || c == '"' || c == '\\' || c == '%' ? '_' : c;
  }
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + net::percent_encode(name);
}

void add_safety(net::Response& response, std::string_view name) {
  response.headers.set("content-disposition", attachment(name));
  response.headers.set("x-content-type-options", "nosniff");
  response.headers.set("content-security-policy", "sandbox; default-src 'none'");
  response.headers.set("cache-control", "private, no-store");
}

/// A content type goes into a header as it came from outside.
bool is_media_type(std::string_view text) {
  return !text.empty() && text.find('/') != text.npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string link(const Call& call, const Core& core, std::string_view path, std::string_view subject) {
  const std::string token = call.signer.sign(Scope::files, subject, core.now() + call.link_lifetime);
  return call.base_url + std::string(path) + "?token=" + token;
}

constexpr std::string_view with_times_mark = "times";

/// The subject of the link's token: two texts with a colon between.
Result<std::pair<std::string, std::string>> subject_of(const Call& call, const Core& core) {
  const auto token = call.request.target.parameter("token");
  if (!token) return Error{errc::unauthenticated, "the address needs a token"};
  auto subject = call.signer.verify(Scope::files, *token, core.now());
  if (!subject) return subject.error();
  const std::size_t colon = subject->find(':');
  if (colon == std::string::npos) return Error{errc::unauthenticated, "the token is for something else"};
  return std::pair(subject->substr(0, colon), subject->substr(colon + 1));
}

Task<Result<net::Response>> linked_file(const Call& call, Core& core) {
  auto files = files_of(core);
  if (!files) co_return files.error();
  auto subject = subject_of(call, core);
  if (!subject) co_return subject.error();
  if (subject->second != call.path["file"]) co_return Error{errc::forbidden, "the token is another file's"};
  auto file = co_await (*files)->find(subject->first, subject->second);
  if (!file) co_return file.error();
  co_return content_response(**files, *file);
}

Task<Result<net::Response>> linked_downloads(const Call& call, Core& core) {
  auto subject = subject_of(call, core);
  if (!subject) co_return subject.error();
  if (subject->second != call.path["id"]) co_return Error{errc::forbidden, "the token is another session's"};
  auto view = co_await core.find(subject->second);
  if (!view) co_return view.error();
  auto page = co_await downloads_of(core, **view);
  if (!page) co_return page.error();
  if (subject->first != with_times_mark) use_plain_names(page->files);
  co_return archive_response(*core.files(), std::move(page->files), "downloads-" + (*view)->id + ".zip");
}

constexpr Route routes[] = {
    {"GET", "/greenroom/v1/files/{file}", linked_file, Access::any_origin},
    {"GET", "/greenroom/v1/sessions/{id}/downloads.zip", linked_downloads, Access::any_origin},
};
}  // namespace

Result<SessionFiles*> files_of(Core& core) {
  SessionFiles* files = core.files();
  if (files == nullptr) return not_served("keeping files");
  return files;
}

Task<Result<KeptFile>> receive_form(const Call& call, SessionFiles& files, NewFile wanted) {
  FileSink sink(files, std::move(wanted));
  auto read = co_await net::read_form(call.request, sink);
  if (!read) co_return read.error();
  co_return co_await sink.finish();
}

Task<Result<FilePage>> downloads_of(Core& core, const session::SessionView& view) {
  auto files = files_of(core);
  if (!files) co_return files.error();
  co_await (*files)->settle(view.id);
  FileQuery query;
  query.project_id = view.project_id;
  query.session_id = view.id;
  query.source = FileSource::download;
  co_return co_await (*files)->list(std::move(query));
}

net::Response content_response(const SessionFiles& files, const KeptFile& file) {
  net::Response response;
  response.headers.set("content-type",
                       is_media_type(file.mime_type) ? file.mime_type : "application/octet-stream");
  add_safety(response, file.name);
  response.file = files.content_of(file);
  return response;
}

net::Response archive_response(const SessionFiles& files, std::vector<KeptFile> some, std::string_view name) {
  net::Response response;
  response.headers.set("content-type", "application/zip");
  add_safety(response, name);
  response.stream = files.archive_of(std::move(some));
  return response;
}

void use_plain_names(std::vector<KeptFile>& files) {
  std::set<std::string> used;
  for (KeptFile& file : files) {
    const std::size_t dot = file.name.rfind('.');
    const std::size_t split = dot == std::string::npos || dot == 0 ? file.name.size() : dot;
    file.stored_name = file.name;
    for (int number = 1; !used.insert(file.stored_name).second; ++number)
      file.stored_name =
          file.name.substr(0, split) + " (" + std::to_string(number) + ")" + file.name.substr(split);
  }
}

std::string file_url(const Call& call, const Core& core, const KeptFile& file) {
  return link(call, core, "/greenroom/v1/files/" + file.id, file.project_id + ":" + file.id);
}

std::string downloads_url(const Call& call, const Core& core, const session::SessionView& view,
                          bool with_times) {
  const std::string mark(with_times ? with_times_mark : std::string_view("plain"));
  return link(call, core, "/greenroom/v1/sessions/" + view.id + "/downloads.zip", mark + ":" + view.id);
}

std::span<const Route> file_routes() { return routes; }

}  // namespace greenroom::api
