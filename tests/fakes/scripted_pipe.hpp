// A browser's pipe without a browser: the test says what the browser answers, and sees all that it was told.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/event.hpp"
#include "cdp/switchboard.hpp"

namespace greenroom::fakes {

namespace json = boost::json;

/// Answers attach calls by itself with sessions "root-1", "root-2", …; a target named "missing" is refused.
class ScriptedPipe final : public cdp::Pipe {
 public:
  /// `command` is one message of ours; what it returns is said next. Not called for attach calls.
  using Answer = std::function<std::optional<std::string>(const json::object& command)>;

  explicit ScriptedPipe(const base::Executor& executor, Answer answer = {});

  /// The browser says this.
  void say(std::string message);
  /// An empty result, in the session of the command if it has one.
  static std::string empty_result(const json::object& command);
  /// The browser goes: read() ends with closed, once what it said was read.
  void hang_up();
  /// Attach calls stay without an answer from here on.
  void stop_answering() { answers_ = false; }
  /// The next send() calls are refused, as when the queue is over its bound.
  void refuse_messages() { refuses_ = true; }
  /// drained() waits until it is called with false.
  void hold(bool held);

  /// Everything sent so far, oldest first.
  const std::vector<std::string>& sent() const { return sent_; }
  void forget_sent() { sent_.clear(); }
  /// The commands of that method sent so far.
  std::vector<json::object> sent(std::string_view method) const;
  bool is_closed() const { return closed_; }

  base::Task<base::Result<std::vector<std::string>>> read() override;
  bool send(std::string message) override;
  bool send(std::string_view head, std::string_view body) override;
  base::Task<base::Result<void>> drained() override;
  void close() override;

 private:
  std::optional<std::string> answer_to(const json::object& command);

  Answer answer_;
  base::Notifier changed_;
  std::vector<std::string> incoming_;
  std::vector<std::string> sent_;
  int next_root_ = 1;
  bool answers_ = true;
  bool refuses_ = false;
  bool held_ = false;
  bool closed_ = false;
};

}  // namespace greenroom::fakes
