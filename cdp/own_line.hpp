// The daemon's side of a root session: numbered calls and their answers, events to one handler.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/event.hpp"
#include "base/task.hpp"
#include "cdp/envelope.hpp"
#include "cdp/switchboard.hpp"

namespace greenroom::cdp {

/// Calls that wait for their answers, on one session and its children.
class CallBook {
 public:
  explicit CallBook(const base::Executor& executor) : executor_(executor) {}

  struct Ticket {
    std::int64_t id = 0;
    std::string message;  ///< to be sent
  };
  /// Runs at once when the answer passes by, before any later message is looked at.
  using OnResult = std::function<void(const json::object&)>;

  /// Numbers a command. An empty `session` leaves sessionId out.
  Ticket open(std::string_view method, const json::object& params, std::string_view session,
              OnResult on_result = {});
  /// Has `on_answer` called with the answer, for a command that nobody waits for; or with closed by
  /// fail_all().
  void on_answer(std::int64_t id, Line::OnAnswer on_answer);

  /// Waits for the answer of an opened command.
  /// Errors   protocol with the browser's words, closed, timed_out. Cancel: closed.
  base::Task<base::Result<json::object>> wait(std::int64_t id, std::chrono::milliseconds deadline,
                                              std::string method);

  /// Nobody will wait: forget it when it is answered.
  void abandon(std::int64_t id) { calls_.erase(id); }

  /// An answer passed by. Unknown ids are ignored: a late answer to a cancelled call is no fault.
  void complete(const Envelope& envelope, std::string_view message);

  /// Every waiting call fails with closed.
  void fail_all();

 private:
  struct Call {
    explicit Call(const base::Executor& executor) : done(executor) {}
    base::Event done;
    base::Result<json::object> outcome = base::Error{base::errc::closed, "the browser has gone"};
    OnResult on_result;
    Line::OnAnswer on_answer;
  };
  base::Executor executor_;
  std::int64_t next_id_ = 1;
  std::unordered_map<std::int64_t, std::shared_ptr<Call>> calls_;
};

/// What an own line needs of its switchboard.
class LineHost {
 public:
  virtual ~LineHost() = default;
  virtual bool send_to_browser(std::string message) = 0;
  virtual void close_line(std::uint64_t line) = 0;
};

class OwnLine final : public Line {
 public:
  OwnLine(const base::Executor& executor, LineHost& host, std::uint64_t line, std::string root,
          std::chrono::milliseconds deadline)
      : host_(&host), line_(line), root_(std::move(root)), deadline_(deadline), calls_(executor) {}
  ~OwnLine() override;

  base::Task<base::Result<json::object>> call(std::string_view method, json::object params,
                                              std::string_view session) override;
  void post(std::string_view method, json::object params, std::string_view session) override;
  void ask(std::string_view method, json::object params, std::string_view session,
           OnAnswer on_answer) override;
  void on_event(OnEvent handler) override { handler_ = std::move(handler); }

  /// A message of this line passed by; `is_root`: it came on the root session.
  void receive(const Envelope& envelope, std::string_view message, bool is_root);
  /// The switchboard goes first: from here on every call fails with closed.
  void disconnect();

 private:
  LineHost* host_;
  std::uint64_t line_;
  std::string root_;
  std::chrono::milliseconds deadline_;
  CallBook calls_;
  OnEvent handler_;
};

}  // namespace greenroom::cdp
