// Listens to a browser's pages and clients on behalf of the timeline.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "cdp/switchboard.hpp"
#include "session/dialogs.hpp"
#include "session/tab_stack.hpp"
#include "session/timeline.hpp"

namespace greenroom::session {

/// A line of its own, without Runtime.enable unless the console is wanted (pages can notice that), and
/// without making any target wait.
///
/// Which tab is shown has no event. Each document is asked for a promise, in a world of our own, that it
/// keeps when its visibility changes; the next document is asked anew.
class PageEvents {
 public:
  PageEvents(const base::Executor& executor, Timeline& log)
      : log_(log), dialogs_(executor, log, dialog_patience) {}

  base::Task<base::Result<void>> follow(cdp::Switchboard& switchboard);
  void stop();
  /// Whoever sent it: it is masked and written down, and a tab that it raises is shown.
  void on_command(const cdp::ClientCommand& command);
  /// The target that is shown, or empty.
  std::string front() const;
  /// After stop().
  base::Task<void> join() { return dialogs_.join(); }

 private:
  /// A program may ask a person, or a model, what to answer.
  static constexpr base::Milliseconds dialog_patience{30'000};

  struct Page {
    Timeline::Place place;
    bool is_tab = false;
    std::uint64_t document = 0;  // counts navigations: an answer about an earlier document says nothing
    std::optional<std::int64_t> world;  // of ours, in that document
    std::string url;
    std::string title;  // as last said of that document
    std::size_t console_messages = 0;
  };

  void on_event(std::string_view method, std::string_view session, std::string_view params);
  void on_attached(std::string_view outer, std::string_view params);
  void on_detached(std::string_view params);
  void on_page_event(Page& page, std::string_view method, std::string_view session, std::string_view params);
  void on_frame_navigated(Page& page, const std::string& session, std::string_view params);
  void mark_navigated(Page& page, std::string url, bool within_document);
  void enable_domains(const std::string& session, std::string_view type);
  void count_bytes(std::string_view params);
  std::string with_length(std::string params, std::string_view request_id);
  void watch_visibility(const std::string& session);
  void ask_visibility(const std::string& session, std::int64_t world, std::uint64_t document);
  void ask_title(const std::string& session);
  void say_what_is_shown();

  Timeline& log_;
  std::unique_ptr<cdp::Line> line_;
  std::unordered_map<std::string, Page> pages_;            // by CDP session
  std::unordered_map<std::string, std::int64_t> decoded_;  // bytes of requests under way, by request id
  TabStack tabs_;
  Dialogs dialogs_;
  int shown_ = -1;
  bool stopped_ = false;
};

}  // namespace greenroom::session
