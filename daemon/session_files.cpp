#include "daemon/session_files.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <unistd.h>
#include <utility>

#include "base/ids.hpp"
#include "daemon/carried_files.hpp"
#include "daemon/file_archive.hpp"
#include "daemon/file_names.hpp"

namespace greenroom::daemon {

using api::FileSource;
using api::KeptFile;
using api::SameName;
using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
constexpr int most_attempts = 500;  // at a name that nobody has

std::string_view word(FileSource source) { return source == FileSource::upload ? "upload" : "download"; }

std::string stored_name_of(const KeptFile& file, int attempt) {
  if (file.source == FileSource::download)
    return with_time(file.name, file.created_at + base::Milliseconds(attempt));
  return attempt == 0 ? file.name : with_number(file.name, attempt);
}

Result<void> remove_unknown(const std::string& directory, const std::set<std::string>& known) {
  namespace fs = std::filesystem;
  std::error_code failure;
  for (const auto& folder : fs::directory_iterator(directory, failure)) {
    std::error_code inner;
    std::vector<fs::path> unknown;
    for (const auto& file : fs::directory_iterator(folder.path(), inner))
      if (known.count(file.path().filename().string()) == 0) unknown.push_back(file.path());
    for (const fs::path& path : unknown) fs::remove(path, inner);
    fs::remove(folder.path(), inner);  // if nothing is left in it
  }
  if (failure && failure != std::errc::no_such_file_or_directory)
    return Error{errc::io, directory + ": " + failure.message()};
  return {};
}

}  // namespace

std::string room_of(const KeptFile& file) {
  return file.session_id.empty() ? "project-" + file.project_id : file.session_id;
}

store::FileRecord to_record(const KeptFile& file) {
  return {file.id,       file.project_id,  file.session_id, std::string(word(file.source)),
          file.name,     file.stored_name, file.mime_type,  static_cast<std::int64_t>(file.size.count),
          file.checksum, file.crc,         file.created_at};
}

KeptFile to_file(const store::FileRecord& record) {
  KeptFile file;
  file.id = record.id;
  file.project_id = record.project_id;
  file.session_id = record.session_id;
  file.source = record.source == "upload" ? FileSource::upload : FileSource::download;
  file.name = record.name;
  file.stored_name = record.stored_name;
  file.mime_type = record.mime_type;
  file.size = base::Bytes{static_cast<std::uint64_t>(record.size)};
  file.checksum = record.checksum;
  file.crc = static_cast<std::uint32_t>(record.crc);
  file.created_at = record.created_at;
  return file;
}

/// A file on its way in: room is taken as it grows and given back with what was not finished.
class KeptSessionFiles::Intake final : public api::FileIntake {
 public:
  Intake(KeptSessionFiles& files, std::unique_ptr<VaultFile> content, KeptFile file, SameName same_name)
      : files_(files), content_(std::move(content)), file_(std::move(file)), same_name_(same_name) {}
  ~Intake() override {
    if (!is_finished_) files_.give_room_back(room_of(file_), file_.size.count);
  }

  Task<Result<void>> write(std::string_view piece) override {
    if (file_.size.count + piece.size() > files_.parts_.largest.count)
      co_return Error{errc::too_large, "the file"};
    auto room = files_.take_room(room_of(file_), piece.size());
    if (!room) co_return room.error();
    file_.size.count += piece.size();
    auto job = [content = content_.get(), piece] { return content->write(piece); };
    co_return co_await files_.parts_.files.run(std::move(job));
  }

  Task<Result<KeptFile>> finish() override {
    // A client that hangs up now must not leave a content without its row.
    co_await base::disable_cancellation();
    auto job = [content = content_.get()] { return content->keep(); };
    const auto summary = co_await files_.parts_.files.run(std::move(job));
    if (!summary) co_return summary.error();
    file_.checksum = summary->checksum;
    file_.crc = summary->crc;
    file_.created_at = files_.parts_.clock.wall();
    auto entered = co_await files_.enter(file_, same_name_);
    if (!entered) {
      co_await files_.remove_content(file_);
      co_return entered.error();
    }
    file_ = *entered;
    auto placed = co_await files_.place(file_);
    if (!placed) {
      // Its room goes back in the destructor.
      (void)co_await files_.parts_.rows.remove(file_.id);
      co_await files_.remove_content(file_);
      co_return placed.error();
    }
    is_finished_ = true;
    co_return file_;
  }

 private:
  KeptSessionFiles& files_;
  std::unique_ptr<VaultFile> content_;
  KeptFile file_;
  SameName same_name_;
  bool is_finished_ = false;
};

class KeptSessionFiles::Companion final : public session::Companion {
 public:
  explicit Companion(KeptSessionFiles& files) : files_(files) {}
  ~Companion() override {
    if (!carried_) return;
    carried_->leave();
    files_.carried_.erase(id_);
    files_.used_.erase(id_);
    // Of a browser that could not be ended nobody has waited for what was being taken.
    std::erase_if(files_.lingering_, [](const auto& each) { return !each->is_busy(); });
    if (carried_->is_busy()) files_.lingering_.push_back(carried_);
  }

  Task<Result<void>> prepare(session::Carrier& session, browser::Fingerprint&) override {
    id_ = session.view()->id;
    carried_ = std::make_shared<CarriedFiles>(files_.executor_, files_, session);
    files_.carried_[id_] = carried_;
    files_.used_[id_] = 0;
    co_return Result<void>();
  }
  Task<Result<void>> begin(session::Carrier&, browser::Browser& browser) override {
    co_return co_await carried_->begin(browser);
  }
  Task<void> after_exit(browser::Browser&) override { co_await carried_->finish(); }

 private:
  KeptSessionFiles& files_;
  std::shared_ptr<CarriedFiles> carried_;
  std::string id_;
};

KeptSessionFiles::KeptSessionFiles(const base::Executor& executor, SessionFilesParts parts)
    : executor_(executor), parts_(std::move(parts)) {}
KeptSessionFiles::~KeptSessionFiles() = default;

Task<Result<void>> KeptSessionFiles::sweep() {
  const auto rows = co_await parts_.rows.all();
  if (!rows) co_return rows.error();
  std::set<std::string> known;
  for (const store::FileRecord& row : *rows) known.insert(row.id);
  auto job = [directory = parts_.directory, known = std::move(known)] {
    return remove_unknown(directory, known);
  };
  co_return co_await parts_.files.run(std::move(job));
}

AddCompanions KeptSessionFiles::companions() {
  return [this](const session::SessionSpec&, session::Companions& companions) -> Task<Result<void>> {
    companions.push_back(std::make_unique<Companion>(*this));
    co_return Result<void>();
  };
}

Task<Result<std::unique_ptr<api::FileIntake>>> KeptSessionFiles::receive(api::NewFile wanted) {
  KeptFile file;
  file.id = base::make_uuid();
  file.project_id = std::move(wanted.project_id);
  file.session_id = std::move(wanted.session_id);
  file.source = wanted.source;
  file.name = safe_file_name(wanted.name);
  file.mime_type = wanted.mime_type.empty() ? std::string(mime_type_of(file.name)) : wanted.mime_type;
  if (!file.session_id.empty() && file.source == FileSource::upload) {
    const auto live = carried(file.session_id);
    if (!live) co_return Error{errc::gone, "the session has ended"};
    auto ready = co_await live->ready();
    if (!ready) co_return ready.error();
  }
  if (auto learned = co_await learn_room(file); !learned) co_return learned.error();
  if (auto room = take_room(room_of(file), 0); !room) co_return room.error();
  auto job = [folder = folder_of(file), id = file.id] { return VaultFile::create(folder, id); };
  auto content = co_await parts_.files.run(std::move(job));
  if (!content) co_return content.error();
  co_return std::make_unique<Intake>(*this, std::move(*content), std::move(file), wanted.same_name);
}

/// Its row, under a name that is free or taken over. Errors: conflict.
Task<Result<KeptFile>> KeptSessionFiles::enter(KeptFile file, SameName same_name) {
  if (same_name == SameName::replace && file.source == FileSource::upload) {
    file.stored_name = file.name;
    const auto replaced = co_await parts_.rows.replace(to_record(file));
    if (!replaced) co_return replaced.error();
    if (*replaced) {
      const KeptFile before = to_file(**replaced);
      give_room_back(room_of(before), before.size.count);
      co_await remove_content(before);
    }
    co_return file;
  }
  for (int attempt = 0;; ++attempt) {
    file.stored_name = stored_name_of(file, attempt);
    const auto inserted = co_await parts_.rows.insert(to_record(file));
    if (inserted) co_return file;
    if (inserted.error().code != errc::conflict || attempt == most_attempts) co_return inserted.error();
  }
}

/// An upload of a session is put where its browser finds it.
Task<Result<void>> KeptSessionFiles::place(const KeptFile& file) {
  if (file.session_id.empty() || file.source != FileSource::upload) co_return Result<void>();
  const auto live = carried(file.session_id);
  if (!live || live->uploads().path.empty()) co_return Error{errc::gone, "the session has ended"};
  auto job = [content = content_of(file).path, folder = live->uploads(), name = file.stored_name] {
    return place_file(content, folder, name);
  };
  auto placed = co_await parts_.files.run(std::move(job));
  if (placed) live->note("file.uploaded", file);
  co_return placed;
}

Task<void> KeptSessionFiles::remove_content(const KeptFile& file) {
  auto job = [content = content_of(file).path]() -> Result<void> {
    ::unlink(content.c_str());
    return {};
  };
  (void)co_await parts_.files.run(std::move(job));
}

Task<Result<api::FilePage>> KeptSessionFiles::list(api::FileQuery query) {
  store::FileFilter filter;
  filter.project_id = std::move(query.project_id);
  filter.session_id = std::move(query.session_id);
  if (query.source) filter.source = std::string(word(*query.source));
  filter.name = std::move(query.name);
  filter.mime_type = std::move(query.mime_type);
  if (query.least) filter.least = static_cast<std::int64_t>(query.least->count);
  if (query.most) filter.most = static_cast<std::int64_t>(query.most->count);
  filter.after = query.after;
  filter.before = query.before;
  const auto rows = co_await parts_.rows.list(std::move(filter));
  if (!rows) co_return rows.error();
  api::FilePage page;
  page.total = rows->size();
  for (std::size_t i = query.offset; i < rows->size() && page.files.size() < query.limit; ++i)
    page.files.push_back(to_file((*rows)[i]));
  co_return page;
}

Task<Result<KeptFile>> KeptSessionFiles::find(std::string project_id, std::string id) {
  const auto row = co_await parts_.rows.find(std::move(project_id), std::move(id));
  if (!row) co_return row.error();
  co_return to_file(*row);
}

Task<Result<void>> KeptSessionFiles::erase(std::string project_id, std::string id) {
  auto file = co_await find(std::move(project_id), std::move(id));
  if (!file) co_return file.error();
  auto removed = co_await parts_.rows.remove(file->id);
  if (!removed) co_return removed.error();
  give_room_back(room_of(*file), file->size.count);
  co_await remove_content(*file);
  if (const auto live = file->source == FileSource::upload ? carried(file->session_id) : nullptr) {
    auto job = [folder = live->uploads(), name = file->stored_name]() -> Result<void> {
      remove_placed(folder, name);
      return {};
    };
    (void)co_await parts_.files.run(std::move(job));
  }
  co_return Result<void>();
}

Task<void> KeptSessionFiles::settle(std::string session_id) {
  const auto live = carried(session_id);
  if (live) co_await live->settle();
}

net::FileBody KeptSessionFiles::content_of(const KeptFile& file) const {
  return net::FileBody{folder_of(file) + "/" + file.id};
}

net::BodyStream KeptSessionFiles::archive_of(std::vector<KeptFile> files) const {
  std::vector<ArchivedFile> all;
  for (const KeptFile& file : files)
    all.push_back({ZipEntry{file.stored_name, file.size, file.crc, file.created_at}, content_of(file).path});
  return archive_stream(parts_.files, std::move(all));
}

Result<std::string> KeptSessionFiles::browser_path_of(const KeptFile& file) const {
  const auto live = carried(file.session_id);
  if (!live || live->uploads().path.empty()) return Error{errc::gone, "the session has ended"};
  return live->uploads().path + "/" + file.stored_name;
}

std::string KeptSessionFiles::folder_of(const KeptFile& file) const {
  return parts_.directory + "/" + room_of(file);
}

std::shared_ptr<CarriedFiles> KeptSessionFiles::carried(const std::string& session_id) const {
  const auto found = carried_.find(session_id);
  return found != carried_.end() ? found->second : nullptr;
}

Result<void> KeptSessionFiles::take_room(const std::string& owner, std::uint64_t bytes) {
  if (auto room = parts_.check_room(); !room) return room;
  const auto found = used_.find(owner);
  const std::uint64_t used = found != used_.end() ? found->second : 0;
  if (used + bytes > parts_.together.count)
    return Error{errc::too_large, "all files together (files.session_size)"};
  if (found != used_.end()) found->second += bytes;
  return {};
}

void KeptSessionFiles::give_room_back(const std::string& owner, std::uint64_t bytes) {
  const auto found = used_.find(owner);
  if (found != used_.end()) found->second -= std::min(found->second, bytes);
}

/// What is not a running session's is counted when it is first asked for.
Task<Result<void>> KeptSessionFiles::learn_room(const KeptFile& file) {
  const std::string owner = room_of(file);
  if (used_.count(owner) > 0) co_return Result<void>();
  store::FileFilter filter;
  filter.project_id = file.project_id;
  filter.session_id = file.session_id;
  const auto rows = co_await parts_.rows.list(std::move(filter));
  if (!rows) co_return rows.error();
  std::uint64_t used = 0;
  for (const store::FileRecord& row : *rows) used += static_cast<std::uint64_t>(row.size);
  used_.try_emplace(owner, used);
  co_return Result<void>();
}

}  // namespace greenroom::daemon
