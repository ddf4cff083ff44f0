// What the dialects may ask of the session core: the narrow interface that this folder declares for itself,
// so that every dialect can be tested against a fake one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "api/captures.hpp"
#include "api/page_work.hpp"
#include "base/clock.hpp"
#include "base/task.hpp"
#include "cdp/discovery.hpp"
#include "net/message_stream.hpp"
#include "recorder/player.hpp"
#include "session/manager.hpp"
#include "session/spec.hpp"
#include "session/view.hpp"

namespace greenroom::api {

namespace json = boost::json;
using base::Result;
using base::Task;
using session::SharedView;

// Each is declared in a header of its own name.
class Certificates;
class Extensions;
class Fetcher;
class LiveInput;
class Model;
class Profiles;
class SessionFiles;
class WebDriver;

/// One thing that happened in a session's pages.
struct LogEvent {
  std::int64_t seq = 0;
  std::int64_t at_ms = 0;   ///< milliseconds since 1970
  int page_index = 0;       ///< pages count from 0 in the order of their opening; -1: in none
  std::string method;       ///< CDP method, or a word of our own (session::kind_of)
  std::string params;       ///< JSON text, secrets masked
  std::string target = {};  ///< CDP target id
};

/// Which part of a session's timeline.
struct LogQuery {
  std::int64_t after = 0;      ///< a LogEvent's seq
  std::size_t limit = 50'000;  ///< events
  bool only_markers = false;   ///< words of our own
};

/// What there is of a recording.
struct RecordingFacts {
  session::RecordingState state = session::RecordingState::disabled;
  std::string error;
  recorder::RecordingIndex index;
  recorder::LiveEdge live;  ///< while it is being made
};

/// The making of a recording's MP4, which is asked for and then polled.
enum class Mp4State { not_requested, pending, ready, failed };
struct Mp4Facts {
  Mp4State state = Mp4State::not_requested;
  std::optional<base::WallTime> made_at;
};

struct Project {
  std::string id;
  std::string name;
  std::string owner_id;
  base::WallTime created_at;
  base::WallTime updated_at;
};

struct ProjectUsage {
  std::int64_t minutes = 0;
  std::int64_t proxy_bytes = 0;
};

/// Whether the daemon takes no new sessions any more, and how many it still has.
struct DrainFacts {
  bool draining = false;
  std::size_t live = 0;
};

/// Errors are those named at session::SessionManager; `id`s are checked here, whatever they hold.
class Core {
 public:
  virtual ~Core() = default;

  /// Cancel: nothing stays.
  virtual Task<Result<SharedView>> create(session::SessionSpec spec) = 0;
  /// A session in memory, or nullptr; for the fast path.
  virtual SharedView find_now(std::string_view id) const = 0;
  virtual Task<Result<SharedView>> find(std::string id) = 0;
  virtual Task<Result<std::vector<SharedView>>> list(session::ListFilter filter) = 0;
  /// How many list() would find without limit, offset and `before`.
  virtual Task<Result<std::size_t>> count(session::ListFilter filter) = 0;
  /// Answers when the row is final. Ending an ended one is no error.
  virtual Task<Result<SharedView>> end(std::string id, session::EndReason reason) = 0;

  /// Lets a session live longer, by that much. Errors: not_found, gone, invalid_argument.
  virtual Task<Result<SharedView>> extend(std::string id, base::Milliseconds more) {
    (void)id;
    (void)more;
    co_return base::Error{base::errc::unsupported, "sessions cannot be extended here"};
  }
  /// Errors: not_found, gone, invalid_argument, unsupported, those of CDP.
  virtual Task<Result<SharedView>> resize(std::string id, browser::Size viewport) = 0;
  /// It is in use: its idle clock starts anew. An unknown or ended one is left alone.
  virtual void touch(std::string_view id) = 0;
  /// When its clocks will end a live session; nothing for others.
  virtual session::Deadlines deadlines(std::string_view) { return {}; }
  /// Creates that wait for a slot, the next one first.
  virtual std::vector<session::QueuedCreate> queue() const { return {}; }

  /// No new sessions; those that run get a while to end, and are then ended as drained. Does not wait.
  virtual void drain() {}
  virtual void resume() {}
  virtual DrainFacts drain_facts() const { return {}; }

  /// Ends it without waiting: whoever asked for it has gone.
  virtual void abandon(std::string_view id) = 0;

  /// Errors: not_found, gone.
  virtual Task<Result<std::vector<cdp::TargetInfo>>> targets(std::string id) = 0;
  virtual Result<json::object> browser_version(std::string_view id) = 0;
  /// Errors: not_found, gone, those of CDP.
  virtual Task<Result<std::vector<session::Cookie>>> cookies(std::string id) = 0;
  /// Errors: as cookies(); invalid_argument (the browser refused one).
  virtual Task<Result<void>> set_cookies(std::string id, std::vector<session::Cookie> cookies) = 0;
  /// A JPEG of what the screen shows. Errors: not_found, gone, unavailable.
  virtual Task<Result<std::string>> picture(std::string id) = 0;
  /// Runs one client's websocket to its end. An unknown session closes it.
  virtual Task<void> serve_client(std::string id, std::unique_ptr<net::MessageStream> stream,
                                  session::ClientOptions options) = 0;

  /// In their order. Errors: not_found.
  virtual Task<Result<std::vector<LogEvent>>> log(std::string id) = 0;
  /// A part of it, markers included. Errors: not_found.
  virtual Task<Result<std::vector<LogEvent>>> timeline(std::string id, LogQuery query) = 0;

  /// Work in the pages of sessions; nullptr: this core does none.
  virtual PageWork* page_work() { return nullptr; }

  virtual Captures& captures() = 0;

  // What a daemon may lack; nullptr: it does, and callers say so in their API's words.
  virtual Profiles* profiles() { return nullptr; }
  virtual Extensions* extensions() { return nullptr; }
  virtual SessionFiles* files() { return nullptr; }
  virtual Certificates* certificates() { return nullptr; }
  virtual LiveInput* live_input() { return nullptr; }
  virtual WebDriver* web_driver() { return nullptr; }
  virtual Model* model() { return nullptr; }
  virtual Fetcher* fetcher() { return nullptr; }

  /// What can be played now; waits a bounded time for a recording that is being finished. Errors: not_found.
  virtual Task<Result<RecordingFacts>> recording(std::string id) = 0;
  /// What it shows of each tab. Asked for apart: a playlist of the whole is polled, and this reads the
  /// timeline.
  virtual Task<Result<std::vector<recorder::TabTrack>>> tracks(std::string id,
                                                               recorder::RecordingIndex index) = 0;
  /// Waits until more of a recording that is being made can be played, it ends, or the limit.
  virtual Task<void> recording_grows(std::string id, base::Milliseconds limit) = 0;
  /// The file of one part of a recording, by its name in the playlist. Errors: not_found.
  virtual Result<std::string> recording_file(std::string_view id, std::string_view name) const = 0;
  /// The DOM recording of one tab (none: the first that can be played) as a JSON array of rrweb's events,
  /// `extra`
  /// ("\"name\":\"value\",") before each event's own members. "[]" when there is none. Errors: not_found, io.
  virtual Task<Result<std::string>> dom_events(std::string id, std::optional<int> tab, std::string extra) = 0;
  /// The path of the whole recording as MP4, made when asked for first. Errors: not_found, conflict (still
  /// being recorded), unavailable, storage_full.
  virtual Task<Result<std::string>> recording_mp4(std::string id) = 0;

  /// Starts making that MP4 and does not wait. Errors: not_found, conflict (still being recorded).
  virtual Task<Result<void>> request_mp4(std::string id) = 0;
  virtual Mp4Facts mp4_facts(std::string_view id) const = 0;

  /// Deletes an ended session with its recording, its timeline and its row. Errors: not_found, conflict (it
  /// has not ended), io.
  virtual Task<Result<void>> erase(std::string id) = 0;
  /// Deletes its recording alone. Errors: as erase().
  virtual Task<Result<void>> erase_recording(std::string id) = 0;

  virtual const std::vector<Project>& projects() const = 0;
  virtual Task<Result<ProjectUsage>> usage(std::string project_id) = 0;

  /// False while draining: a balancer should send new sessions elsewhere.
  virtual bool is_ready() const = 0;
  /// Prometheus text format 0.0.4.
  virtual std::string metrics() const = 0;

  virtual const session::SessionOptions& options() const = 0;
  virtual base::WallTime now() const = 0;
};

}  // namespace greenroom::api
