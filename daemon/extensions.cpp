#include "daemon/extensions.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "daemon/extension_files.hpp"
#include "net/form.hpp"

namespace greenroom::daemon {

namespace json = boost::json;
using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
constexpr std::size_t longest_name = 200;  // bytes
constexpr std::string_view scheme = "chrome-extension://";

/// What people are shown of a name that somebody sent: its last part, without control characters.
std::string shown(std::string_view name) {
  const std::size_t slash = name.find_last_of("/\\");
  if (slash != name.npos) name.remove_prefix(slash + 1);
  std::string out;
  for (const char c : name)
    if (static_cast<unsigned char>(c) >= ' ' && c != 0x7f && out.size() < longest_name) out += c;
  // A character that was cut in the middle.
  while (!out.empty() && name.size() > out.size() && (static_cast<unsigned char>(out.back()) & 0x80) != 0)
    out.pop_back();
  return out;
}

api::Extension to_extension(const store::ExtensionRecord& row) {
  api::Extension out;
  out.id = row.id;
  out.project_id = row.project_id;
  out.name = row.name;
  out.version = row.version;
  out.file_name = row.file_name;
  out.size = base::Bytes{static_cast<std::uint64_t>(row.size)};
  out.created_at = row.created_at;
  out.updated_at = row.updated_at;
  return out;
}

Error too_large(const ArchiveLimits& limits) {
  return Error{errc::too_large,
               "an extension may have " + std::to_string(limits.packed.count >> 20) + " MiB, packed"};
}

struct Kept {
  std::string hash;
  ExtensionManifest manifest;
};
}  // namespace

/// Keeps a folder from being removed.
class KeptExtensions::Hold {
 public:
  Hold() = default;
  Hold(KeptExtensions& owner, std::string hash, std::string name)
      : owner_(&owner), hash_(std::move(hash)), name_(std::move(name)) {
    ++owner_->uses_[hash_];
  }
  Hold(Hold&& other) noexcept
      : owner_(std::exchange(other.owner_, nullptr)),
        hash_(std::move(other.hash_)),
        name_(std::move(other.name_)) {}
  Hold& operator=(Hold&& other) noexcept {
    std::swap(owner_, other.owner_);
    std::swap(hash_, other.hash_);
    std::swap(name_, other.name_);
    return *this;
  }
  ~Hold() {
    if (owner_ != nullptr) owner_->release(hash_);
  }
  const std::string& hash() const { return hash_; }
  const std::string& name() const { return name_; }

 private:
  KeptExtensions* owner_ = nullptr;
  std::string hash_;
  std::string name_;
};

/// Folders are made, looked for and removed by one at a time.
class KeptExtensions::Turn {
 public:
  explicit Turn(KeptExtensions& owner) : owner_(owner) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (!is_ours_) return;
    owner_.is_busy_ = false;
    owner_.turn_over_.notify_all();
  }
  Task<void> wait() {
    while (owner_.is_busy_) co_await owner_.turn_over_.wait();
    owner_.is_busy_ = is_ours_ = true;
  }

 private:
  KeptExtensions& owner_;
  bool is_ours_ = false;
};

/// Loads a session's extensions before its first client is served.
class KeptExtensions::Loader final : public session::Companion {
 public:
  Loader(KeptExtensions& owner, std::vector<Hold> holds) : owner_(owner), holds_(std::move(holds)) {}
  ~Loader() override { owner_.loaded_.erase(session_id_); }

  Task<Result<void>> begin(session::Carrier& session, browser::Browser& browser) override {
    session_id_ = session.view()->id;
    for (std::size_t i = 0; i < holds_.size(); ++i) {
      auto id = co_await owner_.load(browser, holds_[i], i);
      if (!id)
        co_return Error{errc::launch_failed,
                        "extension '" + holds_[i].name() + "' was not loaded: " + id.error().message()};
      owner_.loaded_[session_id_].insert(std::move(*id));
    }
    holds_.clear();  // the browser has copies
    co_return Result<void>();
  }

 private:
  KeptExtensions& owner_;
  std::vector<Hold> holds_;
  std::string session_id_;
};

KeptExtensions::KeptExtensions(const base::Executor& executor, ExtensionParts parts, ExtensionOptions options)
    : rows_(parts.rows),
      files_(parts.files),
      clock_(parts.clock),
      log_(std::move(parts.log)),
      options_(std::move(options)),
      turn_over_(executor),
      tasks_(executor) {}

Task<Result<void>> KeptExtensions::start() {
  auto hashes = co_await rows_.hashes();
  if (!hashes) co_return hashes.error();
  auto job = [directory = options_.directory, hashes = std::move(*hashes)] {
    return sweep_extensions(directory, hashes);
  };
  co_return co_await files_.run(std::move(job));
}

Task<Result<api::ExtensionUpload>> KeptExtensions::receive(const net::Request& request) {
  net::FormOptions wanted;
  wanted.limits.parts = 16;
  wanted.fields = base::Bytes{16 * 1024};
  wanted.files = options_.limits.packed;
  wanted.directory = options_.directory;
  auto form = co_await net::collect_form(request, std::move(wanted), &files_);
  if (!form && form.error().code == errc::too_large) co_return too_large(options_.limits);
  if (!form && form.error().code == errc::protocol)
    co_return Error{errc::invalid_argument, "the form is malformed: " + form.error().detail};
  if (!form) co_return form.error();
  net::FormFile* file = form->file("file");
  if (file == nullptr)
    co_return Error{errc::invalid_argument,
                    "the form needs a part 'file' that is a file: the extension as zip"};
  api::ExtensionUpload out;
  out.file_name = file->head.file_name.value_or("");
  if (const std::string* name = form->field("name")) out.name = *name;
  out.content = std::move(file->content);
  out.file = std::move(file->file);
  out.size = file->size;
  co_return out;
}

/// The contents are there under their hash when this has succeeded, and stay at least as long as `hold`.
Task<Result<store::ExtensionRecord>> KeptExtensions::keep(api::ExtensionUpload upload, Hold& hold) {
  if (upload.size > options_.limits.packed) co_return too_large(options_.limits);
  store::ExtensionRecord row;
  row.project_id = std::move(upload.project_id);
  row.file_name = shown(upload.file_name);
  row.name = shown(upload.name);
  row.size = static_cast<std::int64_t>(upload.size.count);
  Turn turn(*this);
  co_await turn.wait();
  auto job = [upload = std::make_shared<api::ExtensionUpload>(std::move(upload)),
              directory = options_.directory, limits = options_.limits]() -> Result<Kept> {
    MappedFile mapped;
    std::string_view archive = upload->content;
    if (upload->file) {
      auto opened = mapped.open(upload->file.value(), limits.packed);
      if (!opened) return opened.error();
      archive = *opened;
    }
    Kept kept;
    kept.hash = base::to_hex(base::sha256(archive));
    auto manifest = keep_extension(archive, directory, kept.hash, limits);
    if (!manifest) return manifest.error();
    kept.manifest = std::move(*manifest);
    return kept;
  };
  auto kept = co_await files_.run(std::move(job));
  if (!kept) co_return kept.error();
  hold = Hold(*this, kept->hash, {});
  row.hash = std::move(kept->hash);
  row.version = std::move(kept->manifest.version);
  if (row.name.empty()) row.name = std::move(kept->manifest.name);
  if (row.name.empty()) row.name = row.file_name.substr(0, row.file_name.rfind('.'));
  row.created_at = row.updated_at = clock_.wall();
  co_return row;
}

Task<Result<api::Extension>> KeptExtensions::add(api::ExtensionUpload upload) {
  Hold hold;
  auto row = co_await keep(std::move(upload), hold);
  if (!row) co_return row.error();
  row->id = base::make_uuid();
  auto inserted = co_await rows_.insert(*row, options_.most);
  if (!inserted) co_return inserted.error();
  co_return to_extension(*row);
}

Task<Result<api::Extension>> KeptExtensions::replace(std::string id, api::ExtensionUpload upload) {
  auto before = co_await rows_.find(upload.project_id, id);
  if (!before) co_return before.error();
  const Hold old(*this, before->hash, {});  // looked at again when it is let go
  Hold hold;
  auto row = co_await keep(std::move(upload), hold);
  if (!row) co_return row.error();
  row->id = std::move(id);
  auto replaced = co_await rows_.replace(*row);
  if (!replaced) co_return replaced.error();
  co_return to_extension(*replaced);
}

Task<Result<api::Extension>> KeptExtensions::find(std::string project_id, std::string id) {
  auto row = co_await rows_.find(std::move(project_id), std::move(id));
  if (!row) co_return row.error();
  co_return to_extension(*row);
}

Task<Result<std::vector<api::Extension>>> KeptExtensions::list(std::string project_id) {
  auto rows = co_await rows_.list(std::move(project_id));
  if (!rows) co_return rows.error();
  std::vector<api::Extension> out;
  for (const store::ExtensionRecord& row : *rows) out.push_back(to_extension(row));
  co_return out;
}

Task<Result<void>> KeptExtensions::remove(std::string project_id, std::string id) {
  auto row = co_await rows_.remove(std::move(project_id), std::move(id));
  if (!row) co_return row.error();
  const Hold last(*this, std::move(row->hash), {});
  co_return Result<void>();
}

bool KeptExtensions::is_of_session(std::string_view session_id, std::string_view origin) const {
  if (!origin.starts_with(scheme)) return false;
  const auto found = loaded_.find(session_id);
  return found != loaded_.end() && found->second.contains(origin.substr(scheme.size()));
}

Task<Result<KeptExtensions::Hold>> KeptExtensions::hold(std::string project_id, std::string id) {
  Turn turn(*this);
  co_await turn.wait();
  auto row = co_await rows_.find(std::move(project_id), std::move(id));
  if (!row) co_return row.error();
  co_return Hold(*this, std::move(row->hash), std::move(row->name));
}

Task<Result<void>> KeptExtensions::add_companions(const session::SessionSpec& spec,
                                                  session::Companions& companions) {
  if (spec.extensions.empty()) co_return Result<void>();
  if (spec.engine.value_or(options_.engine) == browser::Engine::headless_shell)
    co_return Error{errc::unsupported,
                    "the headless shell loads no extensions: they need the engine chromium"};
  std::vector<std::string> ids;
  for (const std::string& id : spec.extensions)
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  if (ids.size() > options_.most_in_session)
    co_return Error{errc::invalid_argument,
                    "a session may have " + std::to_string(options_.most_in_session) + " extensions"};
  std::vector<Hold> holds;
  for (const std::string& id : ids) {
    auto held = co_await hold(spec.project_id, id);
    if (!held) co_return held.error();
    holds.push_back(std::move(*held));
  }
  companions.push_back(std::make_unique<Loader>(*this, std::move(holds)));
  co_return Result<void>();
}

Task<Result<std::string>> KeptExtensions::load(browser::Browser& browser, const Hold& hold,
                                               std::size_t number) {
  const std::string home = browser.home_directory();
  const std::string name = "extension-" + std::to_string(number);
  auto job = [from = options_.directory + "/" + hold.hash(), home, name, owner = browser.identity()] {
    return copy_extension(from, home, name, owner);
  };
  auto copied = co_await files_.run(std::move(job));
  if (!copied) co_return copied.error();
  json::object params;
  params["path"] = home + "/" + name;
  auto loaded = co_await browser.line().call("Extensions.loadUnpacked", std::move(params), {});
  if (!loaded) co_return loaded.error();
  const json::value* id = loaded->if_contains("id");
  if (id == nullptr || !id->is_string()) co_return Error{errc::protocol, "an extension without an id"};
  co_return std::string(id->get_string());
}

void KeptExtensions::release(const std::string& hash) {
  const auto found = uses_.find(hash);
  if (--found->second > 0) return;
  uses_.erase(found);
  tasks_.spawn(tidy(hash));
}

/// Removes a folder that no row names and nobody uses.
Task<void> KeptExtensions::tidy(std::string hash) {
  Turn turn(*this);
  co_await turn.wait();
  const auto wanted = co_await rows_.has_hash(hash);
  if (!wanted || *wanted || uses_.contains(hash)) co_return;
  auto job = [directory = options_.directory, hash] { return remove_extension(directory, hash); };
  const auto removed = co_await files_.run(std::move(job));
  // The next start sweeps it.
  if (!removed) log_.warning("an extension's folder was not removed", {{"why", removed.error().message()}});
}

}  // namespace greenroom::daemon
