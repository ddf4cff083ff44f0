// The people who look at one session: who sees what, and whose hands are on it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/event.hpp"
#include "base/log.hpp"
#include "base/task_group.hpp"
#include "net/message_stream.hpp"
#include "session/live_control.hpp"
#include "session/live_feed.hpp"
#include "session/live_tabs.hpp"
#include "session/live_viewer.hpp"

namespace greenroom::session {

/// Pictures are taken once for all who look at the same thing. Each viewer has one picture under way and gets
/// the newest when it has shown that one: who is slow sees fewer, and holds up nobody.
///
/// Lifetime `switchboard` outlives it. close() and join() come before it goes; so does everybody in serve().
class LiveRoom {
 public:
  struct Hooks {
    /// What is in front, as a JPEG. Errors: unavailable (nothing is recorded), gone, closed, timed_out.
    std::function<base::Task<base::Result<std::string>>()> screen;
    /// The tab that came to the front last, if anybody knows; else empty.
    std::function<std::string()> front;
    /// Somebody's hands did this.
    std::function<void(const cdp::ClientCommand&)> did;
    /// For the timeline.
    std::function<void(std::string_view word, const json::object& params)> mark;
  };

  LiveRoom(const base::Executor& executor, cdp::Switchboard& switchboard, PageSize usual, Hooks hooks,
           base::Logger log);
  ~LiveRoom();

  /// Runs one viewer's stream to its end; it is closed when this returns.
  base::Task<void> serve(net::MessageStream& stream, LiveViewer viewer);

  /// The session has ended: everybody is told and sent away.
  void close(net::CloseReason reason, std::string_view ended);
  /// Waits for what close() has ended.
  base::Task<void> join();

  /// Tells one who came too late, and closes.
  static base::Task<void> turn_away(net::MessageStream& stream, net::CloseReason reason,
                                    std::string_view ended);

 private:
  struct Guest;

  base::Task<base::Result<void>> open();
  base::Task<base::Result<LiveFeeds::Taken>> take(std::string tab);
  base::Task<void> read(Guest& guest);
  base::Task<void> show(Guest& guest);
  bool send_away(Guest& guest);
  void leave(Guest& guest);
  void tell_all();
  void tell(Guest& guest);
  void notice(Guest& guest, std::string_view text);
  void watch(Guest& guest, std::string tab);

  void hear(Guest& guest, const LiveMessage& message);
  void hear(Guest& guest, const std::string& tab, const LiveSeen& seen);
  void hear(Guest& guest, const std::string& tab, const LiveMouse& mouse);
  void hear(Guest& guest, const std::string& tab, const LiveWheel& wheel);
  void hear(Guest& guest, const std::string& tab, const LiveTouch& touch);
  void hear(Guest& guest, const std::string& tab, const LiveKey& key);
  void hear(Guest& guest, const std::string& tab, const LiveText& text);
  void hear(Guest& guest, const std::string& tab, const LiveCopy& copy);
  void hear(Guest& guest, const std::string& tab, const LiveControlWish& wish);
  void hear(Guest& guest, const std::string& tab, const LiveTabWish& wish);
  void hear(Guest& guest, const std::string& tab, const LiveNavigation& navigation);

  bool may_control(Guest& guest);
  bool may_act(Guest& guest, const std::string& tab);
  void bring_to_front(const std::string& tab);
  void control_changed(LiveControl::Viewer before);
  void let_go();
  void tell_of(std::string_view method, const json::object& params, std::string_view tab);
  void command(const std::string& tab, InputCommand command);
  void click(const Guest& guest, const std::string& tab, InputCommand command);
  void browser_command(std::string_view method, json::object params);
  void begin(Guest& guest, base::Task<void> work);
  base::Task<void> work_off(std::uint64_t guest, base::Task<void> work);
  base::Task<void> copy(std::uint64_t guest, std::string tab, bool cuts);
  base::Task<void> go_in_history(std::uint64_t guest, std::string tab, int by);
  Guest* find(std::uint64_t guest);

  base::Executor executor_;
  cdp::Switchboard& switchboard_;
  Hooks hooks_;
  base::Logger log_;
  LiveTabs tabs_;
  LiveControl control_;
  HeldInput held_;         // by who has control
  std::string acted_tab_;  // where it is held
  LiveFeeds feeds_;
  std::map<std::uint64_t, Guest*> guests_;  // by their numbers, which are never given twice
  std::uint64_t last_guest_ = 0;
  bool opening_ = false;
  base::Notifier opened_;
  bool closed_ = false;
  net::CloseReason close_reason_;
  std::string ended_;
  base::TaskGroup tasks_;
};

}  // namespace greenroom::session
