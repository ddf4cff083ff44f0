// The files of one running session: follows what its browser downloads and takes it into the vault.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "api/session_files.hpp"
#include "base/event.hpp"
#include "base/task_group.hpp"
#include "daemon/file_vault.hpp"
#include "session/companion.hpp"

namespace greenroom::daemon {

class KeptSessionFiles;

/// Lifetime `files` and `carrier` outlive it up to leave(); whoever waits in it shares it.
class CarriedFiles {
 public:
  CarriedFiles(const base::Executor& executor, KeptSessionFiles& files, session::Carrier& carrier);

  /// The browser is there. Errors: those of CDP.
  base::Task<base::Result<void>> begin(browser::Browser& browser);
  /// No process is left: takes what was finished and not yet taken.
  base::Task<void> finish();
  /// Its session goes.
  void leave();

  /// Until uploads can be placed; gone when there is no session any more, or not in time.
  base::Task<base::Result<void>> ready();
  /// Until no download is being taken, and for a short while until none is under way.
  base::Task<void> settle();

  /// Something is still being taken.
  bool is_busy() const { return tasks_.size() > 0; }

  const BrowserFolder& uploads() const { return uploads_; }
  /// For the timeline.
  void note(std::string_view word, const api::KeptFile& file);

 private:
  struct Download {
    std::string name;
    bool is_running = true;
  };

  void on_event(std::string_view method, std::string_view params);
  void on_begin(std::string_view params);
  void on_progress(std::string_view params);
  void take_later(std::string file, std::string name);
  base::Task<void> take(std::string file, std::string name);
  base::Task<base::Result<api::KeptFile>> take_into_vault(std::string file, std::string name);
  base::Task<void> take_the_rest();
  bool is_running() const;

  KeptSessionFiles& files_;
  session::Carrier* carrier_;
  std::string session_id_;
  std::string project_id_;
  BrowserFolder downloads_;
  BrowserFolder uploads_;
  std::unique_ptr<cdp::Line> line_;
  std::map<std::string, Download>
      known_;                    ///< by the browser's id of each, which is its file's name as a rule
  std::set<std::string> taken_;  ///< names in the browser's folder
  std::size_t being_taken_ = 0;
  bool is_ready_ = false;
  bool is_over_ = false;
  base::Notifier changed_;
  base::TaskGroup tasks_;
};

}  // namespace greenroom::daemon
