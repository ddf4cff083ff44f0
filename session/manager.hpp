// All sessions: admission, look-up, lists, restart and drain. The one door into the core.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/task_group.hpp"
#include "session/gate.hpp"
#include "session/session.hpp"

namespace greenroom::session {

/// What a list may be narrowed to. All conditions hold together.
struct ListFilter {
  std::string project_id;  ///< empty: all
  std::optional<State> state;
  bool live = false;                       ///< only those that have not ended
  std::vector<EndReason> end_reasons;      ///< any of these; empty: all
  std::vector<std::string> metadata_path;  ///< keys into user_metadata, outermost first
  std::string metadata_value;              ///< what stands there must be this string
  std::size_t offset = 0;                  ///< how many of the newest to leave out
  std::string before;                      ///< only older ones than this session; an unknown id finds nothing
  std::size_t limit = 1000;
};

bool matches(const SessionView& view, const ListFilter& filter);

struct RecorderNumbers {
  std::uint64_t active = 0;
  std::uint64_t frames = 0;  ///< since the start
  std::uint64_t drops = 0;   ///< since the start
  double lag_seconds = 0;    ///< the worst of now
};

/// Totals since the start and numbers of now, for metrics.
struct ManagerNumbers {
  std::uint64_t created = 0;
  std::uint64_t refused = 0;
  std::size_t queued = 0;    ///< creates that wait for a slot
  std::uint64_t waited = 0;  ///< creates that had to
  std::map<EndReason, std::uint64_t> ended;
  std::size_t starting = 0;
  std::size_t running = 0;
  std::size_t ending = 0;  ///< final, with processes still going
  std::size_t clients = 0;
  LaunchTimes launches;
  cdp::SwitchboardCounters cdp;
  RecorderNumbers recorder;
  std::chrono::milliseconds cpu{0};  ///< of all sessions' processes since the start, as last measured
  base::Bytes memory{};              ///< of all live sessions' processes, as last measured
};

class SessionManager {
 public:
  SessionManager(const base::Executor& executor, SessionOptions options, Services services);
  ~SessionManager();

  /// Closes the rows that an earlier daemon left open (lost_on_restart) and loads the newest. Once, at start.
  /// `finish_recording` is called for each session whose recording was cut; it answers what became of it.
  /// Errors: those of the store.
  using FinishRecording = std::function<base::Task<base::Result<void>>(std::string session_id)>;
  base::Task<base::Result<void>> recover(FinishRecording finish_recording);

  /// Waits for a slot as the limits allow, starts a session and waits until CDP can be used.
  ///
  /// Errors   limit_reached, unavailable (draining), invalid_argument, launch_failed, launch_timeout,
  ///          storage_full.
  /// Cancel   the session is ended; nothing stays.
  base::Task<base::Result<SharedView>> create(SessionSpec spec);

  /// Errors: not_found; those of the store.
  base::Task<base::Result<SharedView>> find(std::string id);
  /// The view of a session that is in memory: every live one and the newest ended ones.
  SharedView find_now(std::string_view id) const;

  /// Newest first. Errors: those of the store.
  base::Task<base::Result<std::vector<SharedView>>> list(ListFilter filter);

  /// How many list() would find without limit, offset and `before`. Errors: those of the store.
  base::Task<base::Result<std::size_t>> count(ListFilter filter);

  /// Ends it and waits until its row is final. Ending an ended one answers its view.
  /// Errors: not_found.
  base::Task<base::Result<SharedView>> end(std::string id, EndReason reason);

  /// Lets it live longer, by that much. Errors: not_found, gone, invalid_argument (longer than any session
  /// may).
  base::Task<base::Result<SharedView>> extend(std::string id, base::Milliseconds more);
  /// The live session, held for as long as the Use lives.
  std::optional<Use> use(std::string_view id);

  /// Waits, bounded, until the session's recording is settled. True if it is.
  base::Task<bool> recording_settled(std::string id, base::Milliseconds limit);

  /// Ends the recordings that are being made, and nothing else of their sessions.
  void stop_recordings(const std::string& failure);

  /// The recording of an ended session is no more; its row says why. Errors: not_found, conflict (it has not
  /// ended); those of the store.
  base::Task<base::Result<void>> forget_recording(std::string id, std::string failure);

  /// Creates that wait for a slot, in the order in which they will get one.
  std::vector<QueuedCreate> queue() const { return gate_.queue(); }

  /// Measures what sessions' processes take, until stop. One task, which end_all() ends.
  void start_measuring();

  /// No new sessions from here on; those that wait for a slot are refused.
  void stop_creating();
  void resume_creating();
  bool is_draining() const { return draining_; }

  /// Asks every session to end with that reason; does not wait.
  void request_end_all(EndReason reason);
  /// Ends everything with that reason and waits for the last process.
  base::Task<void> end_all(EndReason reason);

  /// Until the last process of that session is gone, or the limit. True if it is.
  base::Task<bool> wait_until_gone(std::string id, base::Milliseconds limit);

  /// Until no session is live, or the limit. True if none is.
  base::Task<bool> wait_until_empty(base::Milliseconds limit);

  /// Its row and files are no more.
  void forget(const std::string& id);

  std::size_t live() const { return live_.size(); }
  ManagerNumbers numbers() const;
  const SessionOptions& options() const { return options_; }

 private:
  SessionView first_view(const SessionSpec& spec) const;
  base::Result<void> check(const SessionSpec& spec) const;
  Admission::Facts admission_facts() const;
  base::Task<void> run_session(std::string id, std::string key);
  base::Task<void> measure_regularly();
  base::Task<void> measure();
  base::Task<base::Result<SharedView>> settle(std::string id);
  bool knows_all(const ListFilter& filter) const;
  void remember(SharedView view);
  void forget_oldest();

  base::Executor executor_;
  SessionOptions options_;
  Services services_;
  std::unordered_map<std::string, std::unique_ptr<Session>> live_;
  std::unordered_map<std::string, SharedView> known_;
  std::deque<std::string> order_;  // of known_, oldest first
  bool knows_all_ = true;          // known_ holds every row of the store
  bool draining_ = false;
  bool ending_all_ = false;
  Gate gate_;
  std::uint64_t created_ = 0;
  std::map<EndReason, std::uint64_t> ended_;
  LaunchTimes launches_;
  cdp::SwitchboardCounters past_cdp_;  // of sessions that are no more
  RecorderNumbers past_recorder_;
  std::chrono::milliseconds past_cpu_{0};
  boost::asio::steady_timer measure_timer_;
  base::Notifier one_gone_;  // whenever a session is no more
  base::TaskGroup tasks_;
};

}  // namespace greenroom::session
