// Writes down what happens in a session's pages: the one log that every provider's logs are rendered from.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <boost/json/object.hpp>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/task_group.hpp"
#include "cdp/switchboard.hpp"
#include "store/timeline_store.hpp"

namespace greenroom::session {

/// Listens on a line of its own, without Runtime.enable (pages can see that) and without making any target
/// wait. What it cannot store is dropped and counted, never waited for.
///
/// Lifetime everything given to it outlives it; stop() is awaited before it goes.
class Timeline {
 public:
  struct Options {
    std::size_t max_events = 20'000;         ///< per session; one last event says that it is full
    base::Milliseconds flush_interval{250};  ///< how long an event may wait before it is stored
    std::size_t queue_bound = 5'000;         ///< events waiting for the store
  };

  /// Where events go, and what time they get.
  struct Sink {
    store::TimelineStore& store;
    const base::Clock& clock;
  };

  Timeline(const base::Executor& executor, std::string session_id, Sink sink, Options options,
           base::Logger log);

  /// Follows every page and frame of the browser from now on. Errors: closed, timed_out, protocol.
  base::Task<base::Result<void>> follow(cdp::Switchboard& switchboard);

  /// A word of our own, which begins with a small letter.
  void mark(std::string_view word, const boost::json::object& params);

  /// Lets go of the browser and stores what is left. Bounded by the store's own deadlines.
  base::Task<void> stop();

  /// Stores what waits, so that a reader sees everything up to now.
  base::Task<void> flush();

  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Page {
    int index = 0;
    std::string target;
  };
  void on_event(std::string_view method, std::string_view session, std::string_view params);
  void on_attached(std::string_view outer, std::string_view params);
  void add(const Page& page, std::string_view method, std::string params);
  base::Task<void> flush_regularly();
  base::Task<void> store_pending();

  std::string session_id_;
  Sink sink_;
  Options options_;
  base::Logger log_;
  std::unique_ptr<cdp::Line> line_;
  std::unordered_map<std::string, Page> pages_;  // by CDP session
  std::vector<store::TimelineEvent> pending_;
  std::int64_t next_seq_ = 1;
  int next_page_ = 0;
  std::uint64_t dropped_ = 0;
  bool stopping_ = false;
  bool storing_ = false;
  base::Notifier stored_;
  boost::asio::steady_timer timer_;
  base::TaskGroup tasks_;
};

}  // namespace greenroom::session
