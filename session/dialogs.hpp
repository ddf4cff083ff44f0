// Closes the dialogs of pages that nobody answers: a page that shows one does nothing else, and neither does
// whoever waits for it.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/task_group.hpp"
#include "cdp/switchboard.hpp"
#include "session/timeline.hpp"

namespace greenroom::session {

/// Only who has turned on CDP's Page domain in a page is told of its dialogs, and can answer them: whoever
/// comes later hears of nothing. So a dialog that no connected client is told of is closed at once, and any
/// other after `patience`. Closing answers "no", but for a page that asks whether it
/// may be left. The first answer counts, whoever gives it.
class Dialogs {
 public:
  Dialogs(const base::Executor& executor, Timeline& log, base::Milliseconds patience)
      : log_(log), patience_(patience), tasks_(executor) {}

  /// Lifetime both outlive this, or its stop(). Before anything else.
  void follow(cdp::Line& line, const cdp::Switchboard& clients);

  /// A client has turned on the Page domain there.
  void is_watched(std::string target) { watched_.insert(std::move(target)); }
  void opened(const std::string& session, const Timeline::Place& place, std::string_view params);
  void closed(const std::string& session, std::string_view params);
  /// The page has gone, and its dialog with it.
  void forget(const std::string& session, const std::string& target);

  void stop();
  base::Task<void> join() { return tasks_.join(); }

 private:
  struct Dialog {
    std::uint64_t number = 0;
    std::string type;
    Timeline::Place place;
    bool is_given_up = false;
  };

  base::Task<void> give_up_later(std::string session, std::uint64_t number);
  void give_up(const std::string& session, Dialog& dialog);

  Timeline& log_;
  base::Milliseconds patience_;  // for a client's answer
  cdp::Line* line_ = nullptr;
  const cdp::Switchboard* clients_ = nullptr;
  std::unordered_map<std::string, Dialog> open_;  // by CDP session: a page shows one at a time
  std::unordered_set<std::string> watched_;       // targets
  std::uint64_t next_ = 1;
  base::TaskGroup tasks_;
};

}  // namespace greenroom::session
