#include "daemon/carried_files.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "base/deadline.hpp"
#include "base/ids.hpp"
#include "daemon/file_names.hpp"
#include "daemon/session_files.hpp"

namespace greenroom::daemon {

namespace json = boost::json;
using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
constexpr std::chrono::seconds start_patience{20};   // for a session whose browser is just being made ready
constexpr std::chrono::seconds brief_patience{3};    // for downloads that are under way
constexpr std::chrono::seconds ending_patience{20};  // for the last ones of a session that ends
constexpr std::size_t most_files = 10'000;           // of one session's folder

json::object parsed(std::string_view params) {
  boost::system::error_code failure;
  json::value value = json::parse(params, failure);
  return !failure && value.is_object() ? std::move(value.get_object()) : json::object();
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

double number_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_number() ? value->to_number<double>() : 0;
}

/// The name of a file that lies in that folder itself; empty for any other path.
std::string name_within(const std::string& folder, const std::string& path) {
  if (path.size() <= folder.size() + 1 || !path.starts_with(folder) || path[folder.size()] != '/') return {};
  std::string name = path.substr(folder.size() + 1);
  return name.find('/') == std::string::npos ? name : std::string();
}
}  // namespace

CarriedFiles::CarriedFiles(const base::Executor& executor, KeptSessionFiles& files, session::Carrier& carrier)
    : files_(files),
      carrier_(&carrier),
      session_id_(carrier.view()->id),
      project_id_(carrier.view()->project_id),
      changed_(executor),
      tasks_(executor) {}

Task<Result<void>> CarriedFiles::begin(browser::Browser& browser) {
  downloads_ = {browser.download_directory(), browser.identity()};
  uploads_ = {browser.upload_directory(), browser.identity()};
  auto line = co_await browser.switchboard().open_line();
  if (!line) co_return line.error();
  line_ = std::move(*line);
  line_->on_event([this](std::string_view method, std::string_view, std::string_view params) {
    on_event(method, params);
  });
  // Under names that nobody else has: two downloads of one name would overwrite each other.
  json::object wanted;
  wanted["behavior"] = "allowAndName";
  wanted["downloadPath"] = downloads_.path;
  wanted["eventsEnabled"] = true;
  auto set = co_await line_->call("Browser.setDownloadBehavior", std::move(wanted));
  if (!set) co_return set.error();
  is_ready_ = true;
  changed_.notify_all();
  co_return Result<void>();
}

Task<void> CarriedFiles::finish() {
  line_.reset();
  is_ready_ = false;
  for (auto& [guid, download] : known_) download.is_running = false;
  if (!downloads_.path.empty()) co_await take_the_rest();
  co_await tasks_.join();
  is_over_ = true;
  changed_.notify_all();
}

void CarriedFiles::leave() {
  line_.reset();
  carrier_ = nullptr;
  is_ready_ = false;
  is_over_ = true;
  changed_.notify_all();
}

Task<Result<void>> CarriedFiles::ready() {
  const auto until = std::chrono::steady_clock::now() + start_patience;
  while (!is_ready_ && !is_over_) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= until) break;
    (void)co_await base::finishes_within(changed_.wait(), until - now);
  }
  // Its row may be final while its browser still runs.
  if (!is_ready_ || !is_running()) co_return Error{errc::gone, "the session has ended"};
  co_return Result<void>();
}

bool CarriedFiles::is_running() const {
  return carrier_ != nullptr && carrier_->view()->state != session::State::ended;
}

Task<void> CarriedFiles::settle() {
  const auto began = std::chrono::steady_clock::now();
  if (is_running() && is_ready_) co_await take_the_rest();
  while (!is_over_) {
    const bool runs = is_running();
    const bool is_under_way =
        std::any_of(known_.begin(), known_.end(), [](const auto& each) { return each.second.is_running; });
    if (runs && being_taken_ == 0 && !is_under_way) co_return;
    // What is being taken will be there soon; a download may take for ever.
    const auto patience = runs && being_taken_ == 0 ? brief_patience : ending_patience;
    const auto left = began + patience - std::chrono::steady_clock::now();
    if (left.count() <= 0) co_return;
    (void)co_await base::finishes_within(changed_.wait(),
                                         std::min<std::chrono::nanoseconds>(left, brief_patience));
  }
}

void CarriedFiles::note(std::string_view word, const api::KeptFile& file) {
  if (carrier_ == nullptr) return;
  json::object params;
  params["id"] = file.id;
  params["name"] = file.name;
  params["size"] = file.size.count;
  carrier_->note(word, params);
}

void CarriedFiles::on_event(std::string_view method, std::string_view params) {
  if (method == "Browser.downloadWillBegin") on_begin(params);
  if (method == "Browser.downloadProgress") on_progress(params);
}

void CarriedFiles::on_begin(std::string_view params) {
  const json::object event = parsed(params);
  std::string guid = text_of(event, "guid");
  if (guid.empty() || known_.size() >= most_files) return;
  known_[std::move(guid)] = {text_of(event, "suggestedFilename"), true};
}

void CarriedFiles::on_progress(std::string_view params) {
  const json::object event = parsed(params);
  const std::string guid = text_of(event, "guid");
  const auto known = known_.find(guid);
  if (known == known_.end() || !known->second.is_running) return;
  const std::string state = text_of(event, "state");
  if (state == "inProgress") {
    const auto limit = static_cast<double>(files_.largest().count);
    if (std::max(number_of(event, "receivedBytes"), number_of(event, "totalBytes")) <= limit) return;
    json::object which;
    which["guid"] = guid;
    line_->post("Browser.cancelDownload", std::move(which));
    return;
  }
  known->second.is_running = false;
  changed_.notify_all();
  if (state != "completed") return;
  std::string file = name_within(downloads_.path, text_of(event, "filePath"));
  if (file.empty()) file = guid;
  take_later(std::move(file), known->second.name);
}

void CarriedFiles::take_later(std::string file, std::string name) {
  taken_.insert(file);
  ++being_taken_;
  tasks_.spawn(take(std::move(file), std::move(name)));
}

Task<void> CarriedFiles::take(std::string file, std::string name) {
  co_await base::disable_cancellation();
  auto kept = co_await take_into_vault(std::move(file), name);
  if (kept) {
    note("file.downloaded", *kept);
  } else {
    files_.parts_.log.warning("download not kept",
                              {{"session", session_id_}, {"why", kept.error().message()}});
    api::KeptFile refused;
    refused.name = safe_file_name(name);
    note("file.lost", refused);
  }
  --being_taken_;
  changed_.notify_all();
}

Task<Result<api::KeptFile>> CarriedFiles::take_into_vault(std::string file, std::string name) {
  const SessionFilesParts& parts = files_.parts_;
  if (auto room = parts.check_room(); !room) co_return room.error();
  api::KeptFile kept;
  kept.id = base::make_uuid();
  kept.project_id = project_id_;
  kept.session_id = session_id_;
  kept.source = api::FileSource::download;
  kept.name = safe_file_name(name.empty() ? file : name);
  kept.mime_type = mime_type_of(kept.name);
  kept.created_at = parts.clock.wall();
  auto job = [from = downloads_, file, folder = files_.folder_of(kept), id = kept.id,
              limit = parts.largest]() -> Result<FileSummary> {
    auto to = VaultFile::create(folder, id);
    if (!to) return to.error();
    return take_file(from, file, **to, limit);
  };
  const auto summary = co_await parts.files.run(std::move(job));
  if (!summary) co_return summary.error();
  kept.size = summary->size;
  kept.checksum = summary->checksum;
  kept.crc = summary->crc;
  if (auto room = files_.take_room(session_id_, kept.size.count); !room) {
    co_await files_.remove_content(kept);
    co_return room.error();
  }
  auto entered = co_await files_.enter(kept, api::SameName::rename);
  if (entered) co_return entered;
  files_.give_room_back(session_id_, kept.size.count);
  co_await files_.remove_content(kept);
  co_return entered.error();
}

/// What no event has told of: downloads of extensions, or ones that ended together with the browser.
Task<void> CarriedFiles::take_the_rest() {
  auto job = [from = downloads_] { return finished_files(from, most_files); };
  const std::vector<std::string> names = co_await files_.parts_.files.run(std::move(job));
  for (const std::string& file : names) {
    const auto known = known_.find(file);
    // Its end will be told. Where a client chose otherwise, a file has the name that was suggested for it.
    const bool has_more_to_say = std::any_of(known_.begin(), known_.end(), [&file](const auto& each) {
      return each.second.is_running && (each.first == file || each.second.name == file);
    });
    if (taken_.count(file) > 0 || has_more_to_say) continue;
    take_later(file, known != known_.end() ? known->second.name : file);
  }
}

}  // namespace greenroom::daemon
