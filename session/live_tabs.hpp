// A browser's tabs for people who look at them: which there are, which is in front, how large their pages
// are; pictures of them, and commands to them. On a line of its own.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/event.hpp"
#include "cdp/switchboard.hpp"
#include "session/live_commands.hpp"
#include "session/live_messages.hpp"
#include "session/tab_stack.hpp"

namespace greenroom::session {

namespace json = boost::json;

/// Turns on nothing that a page could notice, and lets no target wait.
///
/// Lifetime it outlives the switchboard's run(), since that tells it of clients' commands; nobody may wait in
/// one of its calls when it is destroyed.
class LiveTabs {
 public:
  /// `usual`: of a page that has not said yet how large it is. `changed` must not block.
  LiveTabs(PageSize usual, std::function<void()> changed) : usual_(usual), changed_(std::move(changed)) {}

  /// `front`: the tab that is known to be in front, or empty; of those that are open already nobody else
  /// tells in which order they came there. Errors: closed, timed_out, protocol.
  base::Task<base::Result<void>> follow(cdp::Switchboard& switchboard, std::string front);
  bool is_following() const { return line_ != nullptr; }
  /// From here on nothing is heard and commands are dropped.
  void stop() { stopped_ = true; }

  /// In the order in which they were opened.
  std::vector<LiveTab> tabs() const;
  /// The tab in front, or empty.
  std::string shown() const;
  /// Whether that is sure: a client's emulation makes pages behind it call themselves visible, too.
  bool is_shown_alone() const { return stack_.visible() <= 1; }
  bool has(std::string_view tab) const { return find(tab) != nullptr; }
  PageSize size_of(std::string_view tab) const;
  /// Somebody brought it to the front.
  void raise(std::string_view tab);

  /// To a tab's page, or to the browser when none is named. Not waited for.
  void send(std::string_view tab, std::string_view method, json::object params);
  /// Errors: gone (no such tab), closed, timed_out, protocol.
  base::Task<base::Result<json::object>> call(std::string tab, std::string_view method, json::object params);
  /// A JPEG of what the tab's page shows, in front or not. Errors: as call().
  base::Task<base::Result<std::string>> picture(std::string tab);
  /// What is selected in it, in whichever frame; nothing of a password's field. Errors: as call().
  base::Task<base::Result<std::string>> selection(std::string tab);
  /// As send(). When the page has acted on it, and has a list dropped down within half a second, `on_list` is
  /// told, in the form that render_list() wants. It must not block.
  void send_and_look(std::string_view tab, std::string_view method, json::object params,
                     std::function<void(std::string_view)> on_list);

 private:
  struct Tab {
    LiveTab what;
    std::string session;         ///< CDP's; empty until attached
    std::uint64_t document = 0;  ///< counts navigations: what an earlier one says is of no interest
    std::string said;            ///< visibility and size, as the document said them last
    std::optional<PageSize> size;
    bool was_there = false;  ///< before anybody looked, and its document has not said anything since
  };
  /// A picture that somebody waits for.
  struct Cast {
    explicit Cast(const base::Executor& executor) : came(executor) {}
    base::Event came;
    std::string data;  ///< base64
  };
  /// Where a tab's frames in other processes are reached.
  struct Frame {
    std::string tab;
    std::string target;
  };

  const Tab* find(std::string_view tab) const;
  Tab* find(std::string_view tab) { return const_cast<Tab*>(std::as_const(*this).find(tab)); }
  Tab* of_session(std::string_view session);
  void on_event(std::string_view method, std::string_view session, std::string_view params);
  void on_picture(std::string_view session, std::string_view params);
  void on_target(std::string_view info, bool is_new);
  void on_attached(std::string_view outer, std::string_view params);
  void on_detached(std::string_view params);
  void on_command(const cdp::ClientCommand& command);
  void remove(std::string_view tab);
  void watch(Tab& tab);
  void ask(const std::string& session, std::int64_t world, std::uint64_t document);
  void hear(Tab& tab, std::string_view said);
  void look_for_list(const std::string& session, std::function<void(std::string_view)> on_list);
  base::Task<base::Result<std::string>> selection_in(std::string session, std::string frame);
  base::Task<base::Result<std::string>> evaluate(std::string session, json::value world,
                                                 std::string_view expression);

  PageSize usual_;
  std::function<void()> changed_;
  std::unique_ptr<cdp::Line> line_;
  std::vector<Tab> tabs_;
  std::unordered_map<std::string, Frame> frames_;                    // by CDP session
  std::map<std::string, std::shared_ptr<Cast>, std::less<>> casts_;  // by CDP session
  TabStack stack_;
  std::string front_at_first_;  // as long as nothing is known to have come before it
  bool knows_all_ = false;
  bool stopped_ = false;
};

}  // namespace greenroom::session
