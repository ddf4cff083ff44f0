// api::Extensions on the store and the disk, and what loads them into sessions.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "api/extensions.hpp"
#include "base/blocking_pool.hpp"
#include "base/clock.hpp"
#include "base/event.hpp"
#include "base/log.hpp"
#include "base/task_group.hpp"
#include "daemon/extension_archive.hpp"
#include "session/companion.hpp"
#include "store/extension_store.hpp"

namespace greenroom::daemon {

struct ExtensionOptions {
  std::string directory;  ///< holds one folder for each archive
  ArchiveLimits limits = {};
  std::int64_t most = 1'000;  ///< per project
  std::size_t most_in_session = 16;
  browser::Engine engine = browser::Engine::chromium;  ///< of sessions that name none
};

/// What it works with.
struct ExtensionParts {
  store::ExtensionStore& rows;
  base::BlockingPool& files;
  const base::Clock& clock;
  base::Logger log;
};

/// An archive's contents are unpacked once, below the data directory, and closed to browsers. A session gets
/// a copy: it goes with the session's folder, what a browser writes into it (indexed rules of
/// declarativeNetRequest, for one) is nobody else's, and deleting an extension takes nothing from those that
/// run. Lifetime everything given to it outlives it.
class KeptExtensions final : public api::Extensions {
 public:
  KeptExtensions(const base::Executor& executor, ExtensionParts parts, ExtensionOptions options);

  /// Removes what an earlier daemon left. Errors: io, storage_full; those of the store.
  base::Task<base::Result<void>> start();
  /// After the last session.
  base::Task<void> stop() { return tasks_.join(); }

  base::Task<base::Result<api::ExtensionUpload>> receive(const net::Request& request) override;
  base::Task<base::Result<api::Extension>> add(api::ExtensionUpload upload) override;
  base::Task<base::Result<api::Extension>> replace(std::string id, api::ExtensionUpload upload) override;
  base::Task<base::Result<api::Extension>> find(std::string project_id, std::string id) override;
  base::Task<base::Result<std::vector<api::Extension>>> list(std::string project_id) override;
  base::Task<base::Result<void>> remove(std::string project_id, std::string id) override;
  bool is_of_session(std::string_view session_id, std::string_view origin) const override;

  /// Errors: not_found, unsupported (the engine loads none), limit_reached.
  base::Task<base::Result<void>> add_companions(const session::SessionSpec& spec,
                                                session::Companions& companions);

 private:
  class Hold;
  class Loader;
  class Turn;

  base::Task<base::Result<store::ExtensionRecord>> keep(api::ExtensionUpload upload, Hold& hold);
  base::Task<base::Result<Hold>> hold(std::string project_id, std::string id);
  void release(const std::string& hash);
  base::Task<void> tidy(std::string hash);
  base::Task<base::Result<std::string>> load(browser::Browser& browser, const Hold& hold, std::size_t number);

  store::ExtensionStore& rows_;
  base::BlockingPool& files_;
  const base::Clock& clock_;
  base::Logger log_;
  ExtensionOptions options_;
  std::map<std::string, std::size_t> uses_;  // of folders, by their hashes
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>>
      loaded_;            // browser's ids, by session
  bool is_busy_ = false;  // somebody makes or removes a folder, or is about to use one
  base::Notifier turn_over_;
  base::TaskGroup tasks_;
};

}  // namespace greenroom::daemon
