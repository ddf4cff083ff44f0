// One browser's pipe shared by many lines: every client, and every part of the daemon that talks CDP, gets a
// root session of its own and never sees the others (docs/architecture.md, "The switchboard").
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/task.hpp"
#include "net/message_stream.hpp"

namespace greenroom::cdp {

namespace json = boost::json;

/// The two ends of the browser's pipe, as messages.
class Pipe {
 public:
  virtual ~Pipe() = default;
  /// Next messages, at least one. Errors: closed (the browser went), too_large.
  virtual base::Task<base::Result<std::vector<std::string>>> read() = 0;
  /// Queues one message (without its NUL). False when the pipe is closed or its queue is over its bound.
  virtual bool send(std::string message) = 0;
  /// Likewise; a large `body` is not copied and must stay as it is until drained() has returned.
  virtual bool send(std::string_view head, std::string_view body) = 0;
  /// Waits until what is queued is below a low-water mark and nothing of the caller's memory is. Errors:
  /// closed.
  virtual base::Task<base::Result<void>> drained() = 0;
  virtual void close() = 0;
};

/// A pipe over two descriptors: `to_browser` is Chromium's fd 3, `from_browser` its fd 4.
/// Takes both. Sizes the kernel's buffers up. Lifetime: destroy only after run() of the switchboard returned.
std::unique_ptr<Pipe> make_pipe_transport(const base::Executor& executor, int to_browser, int from_browser);

struct SwitchboardOptions {
  /// Client to browser, after splicing. Chromium closes its pipe and exits on more than 100 MiB.
  base::Bytes message_limit = base::Bytes{100ull * 1024 * 1024 - 4096};
  std::string download_directory;  ///< every download path that a client names becomes this; empty: refuse
  std::string upload_directory;    ///< the only place files may be taken from; empty: none
  /// Why the newest connection failed that the browser wanted ("net::ERR_…"); empty: unknown. May be none.
  std::function<std::string_view()> failure_reason;
  std::chrono::milliseconds call_deadline{10'000};     ///< for the switchboard's own calls
  std::chrono::milliseconds release_deadline{30'000};  ///< a paused target is let go after that
  std::chrono::milliseconds sweep_interval{5'000};     ///< how often paused targets are looked at
};

/// Totals of one browser, for metrics and the session's clocks.
struct SwitchboardCounters {
  std::uint64_t messages_from_clients = 0;
  std::uint64_t bytes_from_clients = 0;
  std::uint64_t messages_to_clients = 0;
  std::uint64_t bytes_to_clients = 0;
};

/// A session of the daemon's own on the browser: typed calls and events.
/// Lifetime it outlives the calls that wait on it; after its switchboard has gone they all fail with closed.
class Line {
 public:
  virtual ~Line() = default;

  /// Sends a command and waits for its answer's `result`.
  ///
  /// `session` names a child session of this line, or is empty for the line's root.
  /// Errors   protocol with the browser's own words, closed, timed_out (SwitchboardOptions::call_deadline).
  virtual base::Task<base::Result<json::object>> call(std::string_view method, json::object params,
                                                      std::string_view session = {}) = 0;

  /// As call(), without waiting; a failure is logged at debug level.
  virtual void post(std::string_view method, json::object params, std::string_view session = {}) = 0;

  /// As call(), for an answer that may be a long time coming (a promise of a page): `on_answer` sees it when
  /// it passes by, or closed when the browser goes; never after the line has gone. Must not block. The answer
  /// of a session that is detached meanwhile never comes.
  using OnAnswer = std::function<void(const base::Result<json::object>& answer)>;
  virtual void ask(std::string_view method, json::object params, std::string_view session,
                   OnAnswer on_answer) = 0;

  /// Events of this line and its children: method, session ("" for the root), raw `params`.
  /// Called in the order of arrival; must not block. One handler; an empty one removes it.
  using OnEvent =
      std::function<void(std::string_view method, std::string_view session, std::string_view params)>;
  virtual void on_event(OnEvent handler) = 0;
};

/// Why a client's line came to its end.
enum class LineEnd {
  client_gone,      ///< the socket closed
  browser_close,    ///< the client sent Browser.close
  message_refused,  ///< too large, or broken
  browser_gone,     ///< the pipe closed
  closed_here,      ///< close_clients()
};

/// What a client's command was, for who observes commands (window keeper, timeline).
struct ClientCommand {
  std::string_view method;
  std::string_view params;      ///< raw
  std::string_view session_id;  ///< "" for the client's root
  std::string_view target_id;   ///< the target of that session, if known
};

class Switchboard {
 public:
  /// Nothing is sent before run(). Lifetime: `pipe` and `log`'s sink outlive it.
  static std::unique_ptr<Switchboard> make(const base::Executor& executor, Pipe& pipe,
                                           SwitchboardOptions options, base::Logger log);
  virtual ~Switchboard() = default;

  /// Moves messages until the pipe closes; then every line has ended and every call has failed with closed.
  virtual base::Task<void> run() = 0;

  /// Opens a line of the daemon's own. It ends with the Line object.
  /// Errors   closed, timed_out, protocol.
  virtual base::Task<base::Result<std::unique_ptr<Line>>> open_line() = 0;

  /// Makes the root sessions of the next browser-level lines beforehand: who opens one then waits for
  /// nothing. Errors   closed, timed_out, protocol.
  virtual base::Task<base::Result<void>> prepare_lines(std::size_t count) {
    (void)count;
    co_return base::Result<void>();
  }

  /// Serves one client on a root session of its own until it or the browser goes. An empty `target` is a
  /// browser-level line; else the line is attached to that target.
  ///
  /// Errors   not_found (no such target), closed, timed_out.
  /// Stop     close_clients(), or close the stream.
  virtual base::Task<base::Result<LineEnd>> serve_client(net::MessageStream& stream, std::string target) = 0;

  /// Asks every client's stream to close with that reason. For the end: a client that is just being attached,
  /// or comes later, is turned away (LineEnd::closed_here; its stream is the caller's to close).
  virtual void close_clients(net::CloseReason reason) = 0;
  virtual std::size_t clients() const = 0;

  /// The time a client last sent a command; for the inactivity clock.
  virtual std::chrono::steady_clock::time_point last_client_command() const = 0;
  /// The time the browser last said anything at all.
  virtual std::chrono::steady_clock::time_point last_browser_message() const { return {}; }
  virtual const SwitchboardCounters& counters() const = 0;

  /// Sees the commands of all clients of a few methods (is_observed_command) before they go out. Must not
  /// block.
  virtual void on_client_command(std::function<void(const ClientCommand&)> observer) = 0;

  /// Sets the download folder anew (a detached root takes the browser's download behaviour away).
  virtual void use_directories(std::string downloads, std::string uploads) = 0;
};

}  // namespace greenroom::cdp
