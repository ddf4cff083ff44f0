// api::Core on the real parts: sessions, rows, recordings.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "api/core.hpp"
#include "base/blocking_pool.hpp"
#include "base/task_group.hpp"
#include "daemon/captures.hpp"
#include "daemon/housekeeper.hpp"
#include "daemon/page_work.hpp"
#include "recorder/muxer.hpp"
#include "session/manager.hpp"
#include "store/session_store.hpp"
#include "store/timeline_store.hpp"

namespace greenroom::daemon {

using base::Result;
using base::Task;

/// What sessions carry and the daemon keeps for them; nullptr: this daemon does not. Outlive the core.
struct CarriedParts {
  api::Profiles* profiles = nullptr;
  api::Extensions* extensions = nullptr;
  api::SessionFiles* files = nullptr;
  api::Certificates* certificates = nullptr;
  api::LiveInput* live_input = nullptr;
  api::WebDriver* web_driver = nullptr;
  api::Model* model = nullptr;
  api::Fetcher* fetcher = nullptr;
};

struct SessionCoreParts {
  session::SessionManager& sessions;
  store::SessionStore& rows;
  store::TimelineStore& timeline;
  store::CaptureStore& captures;
  store::PreferenceStore& preferences;
  recorder::Muxer& muxer;
  Housekeeper& keeper;
  base::BlockingPool& files;
  const base::Clock& clock;
  std::string recordings_directory;  ///< holds one directory per session
  std::string dom_directory;         ///< likewise, of DOM recordings
  std::vector<api::Project> projects;
  std::function<std::string()> metrics;
  base::Milliseconds drain_deadline{20'000};  ///< how long a drain waits for sessions
  CarriedParts carried = {};
};

/// Lifetime what `parts` refers to outlives it; stop() is awaited before it goes.
class SessionCore final : public api::Core {
 public:
  SessionCore(const base::Executor& executor, SessionCoreParts parts);

  Task<Result<api::SharedView>> create(session::SessionSpec spec) override;
  api::SharedView find_now(std::string_view id) const override;
  Task<Result<api::SharedView>> find(std::string id) override;
  Task<Result<std::vector<api::SharedView>>> list(session::ListFilter filter) override;
  Task<Result<std::size_t>> count(session::ListFilter filter) override;
  Task<Result<api::SharedView>> end(std::string id, session::EndReason reason) override;
  Task<Result<api::SharedView>> resize(std::string id, browser::Size viewport) override;
  void touch(std::string_view id) override;
  void abandon(std::string_view id) override;
  Task<Result<api::SharedView>> extend(std::string id, base::Milliseconds more) override;
  session::Deadlines deadlines(std::string_view id) override;
  std::vector<session::QueuedCreate> queue() const override { return parts_.sessions.queue(); }
  api::DrainFacts drain_facts() const override;
  void drain() override;
  void resume() override;
  Task<Result<std::vector<cdp::TargetInfo>>> targets(std::string id) override;
  Result<api::json::object> browser_version(std::string_view id) override;
  Task<Result<std::vector<session::Cookie>>> cookies(std::string id) override;
  Task<Result<void>> set_cookies(std::string id, std::vector<session::Cookie> cookies) override;
  Task<Result<std::string>> picture(std::string id) override;
  Task<void> serve_client(std::string id, std::unique_ptr<net::MessageStream> stream,
                          session::ClientOptions options) override;
  Task<Result<std::vector<api::LogEvent>>> log(std::string id) override;
  Task<Result<std::vector<api::LogEvent>>> timeline(std::string id, api::LogQuery query) override;
  api::PageWork* page_work() override { return &pages_; }
  api::Captures& captures() override { return captures_; }
  api::Profiles* profiles() override { return parts_.carried.profiles; }
  api::Extensions* extensions() override { return parts_.carried.extensions; }
  api::SessionFiles* files() override { return parts_.carried.files; }
  api::Certificates* certificates() override { return parts_.carried.certificates; }
  api::LiveInput* live_input() override { return parts_.carried.live_input; }
  api::WebDriver* web_driver() override { return parts_.carried.web_driver; }
  api::Model* model() override { return parts_.carried.model; }
  api::Fetcher* fetcher() override { return parts_.carried.fetcher; }
  Task<Result<api::RecordingFacts>> recording(std::string id) override;
  Task<Result<std::vector<recorder::TabTrack>>> tracks(std::string id,
                                                       recorder::RecordingIndex index) override;
  Task<void> recording_grows(std::string id, base::Milliseconds limit) override;
  Result<std::string> recording_file(std::string_view id, std::string_view name) const override;
  Task<Result<std::string>> dom_events(std::string id, std::optional<int> tab, std::string extra) override;
  Task<Result<std::string>> recording_mp4(std::string id) override;
  Task<Result<void>> request_mp4(std::string id) override;
  Task<Result<void>> erase(std::string id) override { return parts_.keeper.erase(std::move(id)); }
  Task<Result<void>> erase_recording(std::string id) override;
  api::Mp4Facts mp4_facts(std::string_view id) const override;
  const std::vector<api::Project>& projects() const override { return parts_.projects; }
  Task<Result<api::ProjectUsage>> usage(std::string project_id) override;
  bool is_ready() const override { return !parts_.sessions.is_draining(); }
  std::string metrics() const override { return parts_.metrics(); }
  const session::SessionOptions& options() const override { return parts_.sessions.options(); }
  base::WallTime now() const override { return parts_.clock.wall(); }

  /// Lets MP4s that are being made finish or fail; the muxer is stopped first. No session is left by then.
  Task<void> stop() { co_await tasks_.join(); }

 private:
  std::string directory_of(std::string_view id) const;
  Task<Result<std::string>> check_finished(const std::string& id);
  Task<void> end_after_drain(int drain);
  Task<void> make_mp4(std::string id, std::string directory);

  SessionCoreParts parts_;
  SessionPages pages_;
  KeptCaptures captures_;
  std::map<std::string, api::Mp4State, std::less<>> mp4s_;  // those being made, and those that failed
  int drains_ = 0;
  base::TaskGroup tasks_;
};

}  // namespace greenroom::daemon
