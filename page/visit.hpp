// One piece of work in one page: an attachment to its target and to its frames in other processes, which is
// gone when the work is done. Nothing that a page could notice is turned on.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/clock.hpp"
#include "base/event.hpp"
#include "base/task.hpp"
#include "cdp/switchboard.hpp"

namespace greenroom::page {

namespace json = boost::json;
using base::Result;
using base::Task;

/// A document, and where scripts for it are run: in a world of our own, which shares its elements with the
/// page's scripts and nothing else.
struct Frame {
  std::string id;
  std::string session;     ///< CDP session of the process that has it
  std::int64_t world = 0;  ///< execution context
};

/// An object in a page: held for as long as the visit lasts.
struct Handle {
  std::string session;
  std::string object;
};

/// Lifetime `line` outlives it; its events are passed on by on_event().
class Visit {
 public:
  Visit(const base::Executor& executor, cdp::Line& line, std::string target, base::SteadyTime deadline);
  /// Detaches, without waiting.
  ~Visit();
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  /// Attaches. Errors: gone (no such page), closed, timed_out.
  Task<Result<void>> begin();

  const std::string& target() const { return target_; }
  const std::string& session() const { return session_; }
  base::SteadyTime deadline() const { return deadline_; }

  /// A command to the page, or to `session`. Errors: protocol with the browser's words, closed, timed_out.
  Task<Result<json::object>> call(std::string_view method, json::object params,
                                  std::string_view session = {});
  void post(std::string_view method, json::object params, std::string_view session = {});
  /// Sends a command whose answer may be long in coming; `await_answer` of the ticket waits for it.
  using Ticket = std::shared_ptr<std::optional<Result<json::object>>>;
  Ticket send(std::string_view method, json::object params, std::string_view session = {});
  /// Errors: as call().
  Task<Result<json::object>> await_answer(Ticket ticket, std::string method);

  /// The page's own document. Errors: as call().
  Task<Result<Frame>> main_frame() { return world_in(target_, session_); }
  /// A child frame, whichever process has it. Errors: as call(); not_found.
  Task<Result<Frame>> child_frame(std::string id, const Frame& parent);

  /// Runs a function in a frame's world, or on an object of it (`this`), and answers its value.
  /// Errors: as call(); invalid_argument with the words of what the function threw.
  Task<Result<json::value>> run(const Frame& frame, std::string_view function, json::array arguments);
  Task<Result<json::value>> run(const Handle& object, std::string_view function, json::array arguments);
  /// As above, when what it answers stays in the page. Nothing: it answered null.
  Task<Result<std::optional<Handle>>> find(const Frame& frame, std::string_view function,
                                           json::array arguments);

  /// Sessions of frames in other processes, with the frame that each belongs to.
  struct RemoteFrame {
    std::string id;
    std::string session;
  };
  std::vector<RemoteFrame> remote_frames() const;

  /// Sees the events of the page's own session. One watcher; an empty one removes it.
  using Watcher = std::function<void(std::string_view method, const json::object& params)>;
  void watch(Watcher watcher) { watcher_ = std::move(watcher); }
  /// Waits for another event, at most `limit`. Cancel: returns early.
  Task<void> next_event(base::Milliseconds limit);

  void on_event(std::string_view method, std::string_view session, std::string_view params);
  /// The browser goes: what waits fails with closed.
  void stop();
  bool is_gone() const { return gone_; }

 private:
  Task<Result<Frame>> world_in(std::string frame, std::string session);
  Task<Result<json::object>> evaluate(std::string_view function, json::object where, std::string session,
                                      json::array arguments);
  /// Waits for the next event or answer, at most until `until`.
  Task<void> wait(base::SteadyTime until);
  void on_attached(std::string_view outer, std::string_view params);
  void let_frames_attach(std::string_view session);
  void dismiss_dialog();

  cdp::Line& line_;
  std::string target_;
  base::SteadyTime deadline_;
  std::string session_;
  std::unordered_map<std::string, std::string> remote_;  // session by frame
  Watcher watcher_;
  std::shared_ptr<base::Notifier> changed_;  // answers may come when the visit is over
  bool is_leaving_dialog_ = false;
  bool gone_ = false;  // the page, or the browser
};

}  // namespace greenroom::page
