// One session from its admission to the last process's end, as one coroutine: run().
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "base/event.hpp"
#include "base/task_group.hpp"
#include "cdp/discovery.hpp"
#include "net/message_stream.hpp"
#include "page/pages.hpp"
#include "session/companion.hpp"
#include "session/cookie.hpp"
#include "session/live_room.hpp"
#include "session/page_watch.hpp"
#include "session/services.hpp"
#include "session/spec.hpp"
#include "session/view.hpp"

namespace greenroom::session {

/// A still picture of what a session shows.
struct Picture {
  std::string jpeg;
  browser::Size size;
};

/// How one client wants to be served.
struct ClientOptions {
  std::string target;          ///< empty: the browser
  bool keeps_session = false;  ///< the session outlives its leaving, whatever its policy says
  /// It is in the session's own browser, an extension's: the session neither waits for it nor lives for it.
  bool is_inside = false;
};

class Session final : public Carrier {
 public:
  /// References outlive the session.
  Session(const base::Executor& executor, SessionView first, SessionSpec spec, const SessionOptions& options,
          const Services& services);
  ~Session() override;

  /// Before run().
  void carry(Companions companions) { companions_ = std::move(companions); }

  SharedView view() const override { return view_; }
  void add_proxy_bytes(std::int64_t bytes) override;

  /// The whole life. Returns when the last process is gone and nobody uses the session any more.
  base::Task<void> run();

  /// Asks it to end; the first reason counts. Does not wait.
  void request_end(EndReason reason);

  /// Ends its recording and nothing else; `failure` says why, as recording_failure() does. Does not wait.
  void stop_recording(std::string failure);

  /// Until CDP can be used, or the session has ended without. Cancel: returns early.
  base::Task<void> settled() { return settled_.wait(); }
  /// Until its row is final. Cancel: returns early.
  base::Task<void> final() { return final_.wait(); }
  /// Until its recording is ready or has failed. Cancel: returns early.
  base::Task<void> recording_settled() { return recording_settled_.wait(); }

  /// Lets it live longer, by that much. Errors: gone, invalid_argument (longer than any session may).
  base::Task<base::Result<SharedView>> extend(base::Milliseconds more);

  /// Serves one client's websocket until either side ends; the stream is closed with the right reason.
  base::Task<void> serve_client(std::unique_ptr<net::MessageStream> stream, ClientOptions options);

  /// Runs the stream of one who looks at it, and may act in it, until either side ends. It is no client: the
  /// session's life does not hang on it, but what it does counts as use.
  base::Task<void> serve_viewer(std::unique_ptr<net::MessageStream> stream, LiveViewer viewer);

  /// The pages and workers now. Errors: gone, closed, timed_out.
  base::Task<base::Result<std::vector<cdp::TargetInfo>>> targets();
  /// Browser.getVersion's answer. Errors: gone.
  base::Result<json::object> browser_version() const;
  /// What the screen shows now. Errors: gone, closed, timed_out, unavailable.
  base::Task<base::Result<Picture>> picture();
  /// Of the whole browser. Errors: gone, closed, timed_out, protocol.
  base::Task<base::Result<std::vector<Cookie>>> cookies();
  /// Errors: as cookies(); invalid_argument (the browser refused one; it says which not).
  base::Task<base::Result<void>> set_cookies(std::vector<Cookie> cookies);
  /// Resizes its windows. Errors: gone, closed, timed_out, protocol; invalid_argument (no such viewport);
  /// unsupported (larger than its screen, which cannot grow).
  base::Task<base::Result<void>> resize(browser::Size viewport);
  /// Somebody uses it otherwise than by CDP: its idle clock starts anew.
  void touch();

  /// What can be done in its pages, of which there is at least one. It counts as used from here on.
  /// Lifetime the session's. Errors: closed (it has ended), timed_out, protocol.
  base::Task<base::Result<page::Pages*>> pages();
  /// Writes something of our own into its timeline, unless its log was declined.
  void note(std::string_view word, const json::object& params) override;

  /// What players close to now may fetch; nothing when it is not recorded.
  recorder::LiveEdge recording_edge() const { return recording_ ? recording_->live() : recorder::LiveEdge(); }
  /// Until more of the recording can be played, it ends, or the limit.
  base::Task<void> recording_grows(base::Milliseconds limit);
  /// Everything up to now can be read from the store.
  base::Task<void> flush_timeline();

  /// Of its whole life so far.
  cdp::SwitchboardCounters counters() const {
    return browser_ ? browser_->switchboard().counters() : counters_;
  }
  recorder::EncoderStats recorder_stats() const {
    return recording_ ? recording_->stats().encoder : recorder_stats_;
  }
  bool is_recording() const { return recording_ != nullptr; }
  std::size_t clients() const { return clients_; }
  /// The browser's and its display's; empty while there is none.
  browser::ProcessRoots processes() const;
  void note_usage(const browser::Usage& usage);
  const browser::Usage& usage() const { return usage_; }
  /// When each of its clocks will end it if nothing happens before.
  Deadlines deadlines() const;
  std::optional<base::Milliseconds> launch_time() const { return launch_time_; }

 private:
  friend class Use;

  base::Task<base::Result<void>> start();
  base::Task<base::Result<void>> take_browser();
  base::Task<void> prepare();
  base::Task<base::Result<void>> make_ready();
  base::Task<void> take_browser_into(base::Result<void>& outcome);
  base::Task<base::Result<void>> prepare_companions(browser::Fingerprint& wanted);
  base::Task<base::Result<void>> begin_companions();
  base::Task<void> stop_browser();
  base::Task<void> after_exit();
  base::Task<base::Result<void>> start_timeline();
  base::Task<void> start_dom_recording();
  base::Task<void> give_way_to_clients();
  base::Task<void> start_recording();
  base::Task<base::Result<void>> watch_pages();
  base::Task<base::Result<void>> try_recording();
  base::Task<void> watch_recording();
  base::Task<void> end_recording_early();
  void mark_recording(const recorder::RecordingMark& mark);
  void mark_recording_failure();
  void on_command(const cdp::ClientCommand& command);
  bool shows_pointer() const { return spec_.record_pointer.value_or(options_.record_pointer); }
  void show_pointer(const cdp::ClientCommand& command);
  LiveRoom::Hooks live_hooks();
  void on_hands(const cdp::ClientCommand& command);
  base::Task<EndReason> supervise();
  base::Task<void> watch_browser();
  bool was_memory_short() const;
  base::Task<void> watch_pulse();
  base::Task<void> measure_last();
  base::Task<void> finish(EndReason reason);
  base::Task<void> finish_recording();
  base::Task<void> save();
  void note_client(std::string_view word, std::uint64_t number);
  browser::Fingerprint fingerprint() const;
  LifetimeFacts facts() const;
  template <class Change>
  void publish(Change change);

  base::Executor executor_;
  SessionSpec spec_;
  const SessionOptions& options_;
  const Services& services_;
  base::Logger log_;
  LifetimeRules rules_;
  SharedView view_;
  std::unique_ptr<browser::Browser> browser_;
  Companions companions_;
  std::unique_ptr<recorder::Screencast> screencast_;  // when there is no display
  std::unique_ptr<recorder::Recording> recording_;
  std::unique_ptr<Timeline> timeline_;
  std::unique_ptr<PageWatch> pages_;
  std::unique_ptr<page::Pages> page_work_;
  std::unique_ptr<LiveRoom> live_;  // once somebody has looked
  std::unique_ptr<DomRecorder> dom_;
  std::optional<EndReason> end_requested_;
  std::optional<base::Milliseconds> launch_time_;
  base::SteadyTime started_;
  base::SteadyTime last_left_;
  base::SteadyTime last_touch_;
  cdp::SwitchboardCounters counters_;      // once the browser has gone
  recorder::EncoderStats recorder_stats_;  // once the recording has
  std::size_t clients_ = 0;
  std::uint64_t clients_ever_ = 0;
  std::size_t users_ = 0;
  bool ever_connected_ = false;
  bool left_with_a_wish_ = false;
  bool recording_is_stopping_ = false;
  bool was_served_ = false;          // a browser-level client, at least once
  boost::asio::steady_timer wake_;   // cancelled whenever a fact changes
  boost::asio::steady_timer pulse_;  // cancelled at the end
  browser::Usage usage_;
  std::uint64_t memory_kills_ = 0;  // of the machine, when the session began or was last measured
  std::optional<EndReason> gone_reason_;
  base::Event settled_;
  base::Event ready_;  // clients are served from then on
  base::Event final_;
  base::Event recording_started_;  // or failed to
  base::Event recording_settled_;
  base::Event recording_stopped_;  // by stop_recording()
  base::Notifier user_left_;
  base::TaskGroup tasks_;
};

template <class Change>
void Session::publish(Change change) {
  auto next = std::make_shared<SessionView>(*view_);
  change(*next);
  next->updated_at = services_.clock.wall();
  view_ = std::move(next);
  services_.on_change(view_);
}

/// Keeps a session from going while somebody waits inside one of its calls.
class Use {
 public:
  explicit Use(Session& session) : session_(&session) { ++session_->users_; }
  Use(Use&& other) noexcept : session_(std::exchange(other.session_, nullptr)) {}
  Use& operator=(Use&&) = delete;
  ~Use();
  Session* operator->() const { return session_; }
  Session& operator*() const { return *session_; }

 private:
  Session* session_;
};

}  // namespace greenroom::session
