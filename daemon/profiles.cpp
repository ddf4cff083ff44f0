#include "daemon/profiles.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "base/deadline.hpp"
#include "base/ids.hpp"
#include "daemon/profile_companion.hpp"

namespace greenroom::daemon {

namespace json = boost::json;
using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
constexpr std::size_t export_piece = 256 * 1024;  // bytes

api::Profile to_profile(const store::ProfileRecord& row) {
  api::Profile out;
  out.id = row.id;
  out.project_id = row.project_id;
  out.name = row.name;
  out.created_at = row.created_at;
  out.updated_at = row.updated_at;
  out.version = row.version;
  out.size = base::Bytes{static_cast<std::uint64_t>(row.bytes)};
  boost::system::error_code failure;
  const json::value domains = json::parse(row.domains, failure);
  if (!failure && domains.is_array())
    for (const json::value& domain : domains.get_array())
      if (domain.is_string()) out.domains.emplace_back(domain.get_string());
  return out;
}

std::string domains_text(const session::ProfileState& state) {
  json::array list;
  for (const std::string& domain : session::domains_of(state)) list.emplace_back(domain);
  return json::serialize(list);
}

/// The archive is made as fast as it is taken, and never held whole.
class KeptExport final : public api::ProfileExport {
 public:
  KeptExport(base::BlockingPool& disk, std::shared_ptr<const OpenProfile> profile,
             store::ArchiveLimits limits)
      : disk_(disk),
        profile_(std::move(profile)),
        in_(profile_->reader(), limits),
        out_([this](std::string_view bytes) {
          made_.append(bytes);
          return Result<void>();
        }) {}

  Task<Result<std::string>> next() override {
    auto job = [this] { return make_piece(); };
    co_return co_await disk_.run(std::move(job));
  }

 private:
  Result<std::string> make_piece() {
    while (made_.size() < export_piece && !is_over_)
      if (auto stepped = step(); !stepped) return stepped.error();
    return std::exchange(made_, {});
  }

  Result<void> step() {
    if (!std::exchange(has_state_, true)) {
      const std::string text = session::to_text(profile_->state());
      auto begun = out_.begin_file(std::string(archived_state_name), text.size());
      return begun ? out_.write(text) : begun;
    }
    auto piece = in_.read();
    if (!piece) return piece.error();
    if (!piece->empty()) return out_.write(*piece);
    auto file = in_.next();
    if (!file) return file.error();
    if (*file) return out_.begin_file((*file)->path, (*file)->size);
    is_over_ = true;
    return out_.finish();
  }

  base::BlockingPool& disk_;
  std::shared_ptr<const OpenProfile> profile_;
  std::string made_;
  bool has_state_ = false;
  bool is_over_ = false;
  store::ArchiveReader in_;
  store::ArchiveWriter out_;
};
}  // namespace

KeptProfiles::KeptProfiles(const base::Executor& executor, store::ProfileStore& rows,
                           const base::Clock& clock, KeptProfilesOptions options, base::Logger log)
    : executor_(executor),
      rows_(rows),
      clock_(clock),
      options_(std::move(options)),
      log_(std::move(log)),
      files_(options_.files),
      turn_over_(executor),
      session_over_(executor) {}

KeptProfiles::Turn::~Turn() {
  if (owner_ == nullptr) return;
  owner_->turns_.erase(id_);
  owner_->turn_over_.notify_all();
}

Task<KeptProfiles::Turn> KeptProfiles::turn(std::string id) {
  while (turns_.contains(id)) co_await turn_over_.wait();
  turns_.insert(id);
  co_return Turn(*this, std::move(id));
}

Task<Result<void>> KeptProfiles::sweep() {
  auto rows = co_await rows_.all();
  if (!rows) co_return rows.error();
  std::vector<ProfileFiles::Known> known;
  for (const store::ProfileRecord& row : *rows) known.push_back({row.id, row.version});
  auto job = [files = files_, known = std::move(known)] {
    files.sweep(known);
    return true;
  };
  (void)co_await disk_.run(std::move(job));
  co_return Result<void>();
}

bool KeptProfiles::is_being_saved(const std::string& id) const {
  return std::any_of(live_.begin(), live_.end(), [&](const ProfileCompanion* companion) {
    return companion->profile() == id && companion->is_saving();
  });
}

Task<Result<void>> KeptProfiles::wait_until_saved(std::string id) {
  const base::SteadyTime deadline = clock_.steady() + options_.save_patience;
  while (is_being_saved(id)) {
    const auto left = deadline - clock_.steady();
    if (left.count() <= 0) co_return Error{errc::unavailable, "the profile is still being saved"};
    (void)co_await base::finishes_within(session_over_.wait(), left);
    const auto cancelled = (co_await base::asio::this_coro::cancellation_state).cancelled();
    if (cancelled != base::asio::cancellation_type::none) co_return Error{errc::closed, "given up"};
  }
  co_return Result<void>();
}

Task<Result<store::ProfileRecord>> KeptProfiles::find_settled(std::string project_id, std::string id) {
  auto row = co_await rows_.find(project_id, std::move(id));
  if (!row || !is_being_saved(row->id)) co_return row;
  auto waited = co_await wait_until_saved(row->id);
  if (!waited) co_return waited.error();
  co_return co_await rows_.find(std::move(project_id), row->id);
}

Task<Result<KeptProfiles::Opened>> KeptProfiles::open(store::ProfileRecord row) {
  if (row.version == 0) co_return Opened();
  auto job = [files = files_, id = row.id, version = row.version] { return files.open(id, version); };
  co_return co_await disk_.run(std::move(job));
}

Task<Result<void>> KeptProfiles::add(const session::SessionSpec& spec, session::Companions& companions) {
  if (!spec.profile) co_return Result<void>();
  auto row = co_await find_settled(spec.project_id, spec.profile->id);
  if (!row) co_return row.error();
  auto opened = co_await open(*row);
  if (!opened) co_return opened.error();
  companions.push_back(
      std::make_unique<ProfileCompanion>(*this, std::move(*row), std::move(*opened), spec.profile->persist));
  co_return Result<void>();
}

Task<Result<store::ProfileRecord>> KeptProfiles::place(store::ProfileRecord row, DraftPointer draft) {
  ++row.version;
  row.bytes = static_cast<std::int64_t>(draft->size.count);
  row.domains = domains_text(draft->state);
  row.updated_at = clock_.wall();
  auto job = [files = files_, id = row.id, version = row.version, kept = std::move(draft)] {
    return files.place(*kept, id, version);
  };
  auto placed = co_await disk_.run(std::move(job));
  if (!placed) co_return placed.error();
  auto advanced = co_await rows_.advance(row);
  if (!advanced) co_return advanced.error();
  co_return row;
}

Task<Result<store::ProfileRecord>> KeptProfiles::save(std::string project_id, std::string id,
                                                      DraftPointer draft) {
  const Turn mine = co_await turn(id);
  auto row = co_await rows_.find(std::move(project_id), id);
  if (row) co_return co_await place(std::move(*row), std::move(draft));
  // Erased meanwhile: the draft made its folder anew.
  draft.reset();
  if (row.error().code == errc::not_found) files_.remove(id);
  co_return row.error();
}

Task<Result<api::Profile>> KeptProfiles::make(std::string project_id, api::ProfileName name) {
  store::ProfileRecord row;
  row.id = base::make_uuid();
  row.project_id = std::move(project_id);
  row.name = std::move(name.text);
  row.created_at = row.updated_at = clock_.wall();
  auto inserted = co_await rows_.insert(row, name.is_unique);
  if (!inserted) co_return inserted.error();
  co_return to_profile(row);
}

Task<Result<api::Profile>> KeptProfiles::find(std::string project_id, std::string id) {
  auto row = co_await rows_.find(std::move(project_id), std::move(id));
  if (!row) co_return row.error();
  co_return to_profile(*row);
}

Task<Result<api::ProfilePage>> KeptProfiles::list(api::ProfileQuery query) {
  store::ProfileFilter filter{std::move(query.project_id), std::move(query.name_part), query.offset,
                              query.limit};
  auto rows = co_await rows_.list(filter);
  if (!rows) co_return rows.error();
  auto total = co_await rows_.count(std::move(filter));
  if (!total) co_return total.error();
  api::ProfilePage page;
  page.total = *total;
  for (const store::ProfileRecord& row : *rows) page.profiles.push_back(to_profile(row));
  co_return page;
}

Task<Result<api::Profile>> KeptProfiles::rename(std::string project_id, std::string id,
                                                std::optional<std::string> name) {
  auto row = co_await rows_.find(project_id, std::move(id));
  if (!row) co_return row.error();
  auto renamed = co_await rows_.rename(row->id, std::move(name), clock_.wall());
  if (!renamed) co_return renamed.error();
  co_return co_await find(std::move(project_id), row->id);
}

/// The row first: files without one are nobody's, and go at the next start at the latest.
Task<Result<void>> KeptProfiles::erase(std::string project_id, std::string id) {
  auto row = co_await rows_.find(std::move(project_id), std::move(id));
  if (!row) co_return row.error();
  const Turn mine = co_await turn(row->id);
  auto removed = co_await rows_.remove(row->id);
  if (!removed) co_return removed.error();
  auto job = [files = files_, id = row->id] {
    files.remove(id);
    return true;
  };
  (void)co_await disk_.run(std::move(job));
  co_return Result<void>();
}

Task<Result<api::Profile>> KeptProfiles::fork(std::string project_id, std::string id,
                                              std::optional<std::string> name) {
  auto source = co_await find_settled(project_id, std::move(id));
  if (!source) co_return source.error();
  store::ProfileRecord row;
  row.id = base::make_uuid();
  row.project_id = project_id;
  row.name = std::move(name);
  row.created_at = row.updated_at = clock_.wall();
  DraftPointer draft;
  if (source->version > 0) {
    const Turn theirs = co_await turn(source->id);
    auto job = [files = files_, id = row.id, from = source->id, version = source->version] {
      return files.draft_of_version(id, from, version);
    };
    auto copied = co_await disk_.run(std::move(job));
    if (!copied) co_return copied.error();
    draft = std::move(*copied);
    draft->size = base::Bytes{static_cast<std::uint64_t>(source->bytes)};
  }
  auto inserted = co_await rows_.insert(row, false);
  if (!inserted) co_return inserted.error();
  if (!draft) co_return to_profile(row);
  auto placed = co_await place(row, std::move(draft));
  if (!placed) {
    (void)co_await rows_.remove(row.id);
    co_return placed.error();
  }
  co_return to_profile(*placed);
}

Task<Result<std::vector<session::Cookie>>> KeptProfiles::cookies(std::string project_id, std::string id) {
  auto row = co_await find_settled(std::move(project_id), std::move(id));
  if (!row) co_return row.error();
  auto opened = co_await open(std::move(*row));
  if (!opened) co_return opened.error();
  if (!*opened) co_return std::vector<session::Cookie>();
  co_return session::cookies_of((*opened)->state());
}

Task<Result<std::size_t>> KeptProfiles::put_cookies(std::string project_id, std::string id,
                                                    std::vector<session::Cookie> cookies,
                                                    bool instead_of_all) {
  auto found = co_await find_settled(project_id, std::move(id));
  if (!found) co_return found.error();
  const Turn mine = co_await turn(found->id);
  auto row = co_await rows_.find(std::move(project_id), found->id);
  if (!row) co_return row.error();
  auto job = [files = files_, id = row->id, version = row->version] {
    return files.draft_of_version(id, id, version);
  };
  auto draft = co_await disk_.run(std::move(job));
  if (!draft) co_return draft.error();
  (*draft)->size = base::Bytes{static_cast<std::uint64_t>(row->bytes)};
  session::put_cookies((*draft)->state, cookies, instead_of_all);
  const std::size_t count = (*draft)->state.cookies.size();
  auto placed = co_await place(std::move(*row), std::move(*draft));
  if (!placed) co_return placed.error();
  co_return count;
}

Task<Result<std::unique_ptr<api::ProfileExport>>> KeptProfiles::export_archive(std::string project_id,
                                                                               std::string id) {
  auto row = co_await find_settled(std::move(project_id), std::move(id));
  if (!row) co_return row.error();
  auto opened = co_await open(std::move(*row));
  if (!opened) co_return opened.error();
  if (!*opened) co_return Error{errc::conflict, "nothing was saved to the profile yet"};
  co_return std::make_unique<KeptExport>(disk_, std::move(*opened), options_.files.limits);
}

/// To the disk as it comes: it may be large, and its sender slow.
Task<Result<std::shared_ptr<ProfileImport>>> KeptProfiles::take_in(api::ArchiveSource source) {
  auto begin = [files = files_] { return files.begin_import(); };
  auto begun = co_await disk_.run(std::move(begin));
  if (!begun) co_return begun.error();
  const std::shared_ptr<ProfileImport> incoming = std::move(*begun);
  for (;;) {
    auto piece = co_await source();
    if (!piece) co_return piece.error();
    const bool is_last = piece->empty();
    auto job = [incoming, is_last, bytes = std::move(*piece)] {
      return is_last ? incoming->finish() : incoming->write(bytes);
    };
    auto written = co_await disk_.run(std::move(job));
    if (!written) co_return written.error();
    if (is_last) co_return incoming;
  }
}

Task<Result<api::Profile>> KeptProfiles::import_archive(std::string project_id, std::string id,
                                                        api::ArchiveSource source) {
  auto row = co_await find_settled(project_id, std::move(id));
  if (!row) co_return row.error();
  auto incoming = co_await take_in(std::move(source));
  if (!incoming) co_return incoming.error();
  auto job = [files = files_, id = row->id, kept = *incoming] {
    return files.draft_of_archive(id, kept->reader());
  };
  auto draft = co_await disk_.run(std::move(job));
  if (!draft) co_return draft.error();
  auto saved = co_await save(std::move(project_id), row->id, std::move(*draft));
  if (!saved) co_return saved.error();
  co_return to_profile(*saved);
}

Result<void> KeptProfiles::persist(std::string_view session_id, bool wanted) {
  for (ProfileCompanion* companion : live_) {
    if (!companion->belongs_to(session_id)) continue;
    companion->persist(wanted);
    return {};
  }
  return Error{errc::not_found, "the session has no profile"};
}

}  // namespace greenroom::daemon
