// Writes down what happens in a session: the one log that every provider's logs, the markers of its recording
// and its exports are rendered from.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <boost/json/object.hpp>

#include "base/clock.hpp"
#include "base/event.hpp"
#include "base/log.hpp"
#include "base/task_group.hpp"
#include "cdp/switchboard.hpp"
#include "store/timeline_store.hpp"

namespace greenroom::session {

class PageEvents;

/// Events get their number and their time in the order of add(), are stored in batches on the store's own
/// thread, and are never waited for: what cannot be stored is dropped and counted.
///
/// Lifetime everything given to it outlives it; stop() is awaited before it goes.
class Timeline {
 public:
  struct Options {
    std::size_t max_events = 20'000;            ///< per session; one last event says that it is full
    base::Bytes max_size{64ull * 1024 * 1024};  ///< per session, of the stored parameters; likewise
    base::Milliseconds flush_interval{250};     ///< how long an event may wait before it is stored
    std::size_t queue_bound = 5'000;            ///< events waiting for the store
    bool only_markers = false;  ///< of a session that declined its log: tabs and clients, no addresses
    bool console = false;       ///< console and exceptions too; turns on a domain that pages can notice
  };

  /// Where events go, and what time they get.
  struct Sink {
    store::TimelineStore& store;
    const base::Clock& clock;
  };

  /// Where something happened.
  struct Place {
    int page = -1;       ///< pages count from 0 in the order of their opening; -1: in none
    std::string target;  ///< CDP target id
  };

  Timeline(const base::Executor& executor, std::string session_id, Sink sink, Options options,
           base::Logger log);
  ~Timeline();

  /// Follows every page and frame of the browser, and the commands of its clients, from now on.
  /// Errors: closed, timed_out, protocol.
  base::Task<base::Result<void>> follow(cdp::Switchboard& switchboard);

  /// A marker: a word of our own ("tab.shown", "client.joined"), kept even when the log was declined.
  void mark(std::string_view word, const boost::json::object& params, const Place& place);
  void mark(std::string_view word, const boost::json::object& params) { mark(word, params, Place()); }
  /// `told` is called when another tab comes to the front; what it holds outlives this.
  void when_tab_changes(std::function<void()> told) { tab_changed_ = std::move(told); }
  void tell_tab_changed() const {
    if (tab_changed_) tab_changed_();
  }
  /// The target of the tab that is shown, or empty.
  std::string front() const;
  /// A command of somebody's hands, as if a client had sent it.
  void note_command(const cdp::ClientCommand& command);
  /// An event or a command, its secrets taken out already. Dropped when only markers are kept.
  void add(std::string_view method, std::string params, const Place& place);

  /// Lets go of the browser and stores what is left. Bounded by the store's own deadlines.
  base::Task<void> stop();

  /// Stores what waits, so that a reader sees everything up to now.
  base::Task<void> flush();

  std::uint64_t dropped() const { return dropped_; }
  const Options& options() const { return options_; }

 private:
  void push(std::string_view method, std::string params, const Place& place);
  base::Task<void> flush_regularly();
  base::Task<void> store_pending();

  base::Executor executor_;
  std::string session_id_;
  Sink sink_;
  Options options_;
  base::Logger log_;
  std::unique_ptr<PageEvents> pages_;
  std::function<void()> tab_changed_;
  std::vector<store::TimelineEvent> pending_;
  std::int64_t next_seq_ = 1;
  std::size_t size_ = 0;
  std::uint64_t dropped_ = 0;
  bool full_ = false;
  bool stopping_ = false;
  bool storing_ = false;
  base::Notifier stored_;
  boost::asio::steady_timer timer_;
  base::TaskGroup tasks_;
};

}  // namespace greenroom::session
