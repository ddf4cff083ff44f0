// Records what pages look like as events, by a script in a world of its own that pages cannot see.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/blocking_pool.hpp"
#include "base/event.hpp"
#include "base/log.hpp"
#include "base/task_group.hpp"
#include "cdp/switchboard.hpp"
#include "recorder/dom_archive.hpp"

namespace greenroom::session {

/// A line of its own. The script is asked for events by a promise, and asked again only when those are on the
/// disk: a slow disk or a wild page costs events, never memory. Neither Runtime.enable nor a binding is used.
///
/// Lifetime `files`, `script` and the log's sink outlive it; stop() is awaited before it goes.
class DomRecorder {
 public:
  struct Options {
    base::BlockingPool* files = nullptr;
    std::string_view script;         ///< the recorder and its starter (web/dom.js)
    std::string directory;           ///< of this session's events alone
    base::Bytes limit{64ull << 20};  ///< later events are dropped
  };

  DomRecorder(const base::Executor& executor, Options options, base::Logger log);

  /// Records every page from now on. Errors: closed, timed_out, protocol.
  base::Task<base::Result<void>> follow(cdp::Switchboard& switchboard);
  /// Asks for what is left, bounded, and lets go of the browser.
  base::Task<void> stop();

 private:
  struct Page {
    std::string target;
    int tab = 0;
    std::uint64_t document = 0;  // counts navigations: an answer of an earlier document is the last of it
  };

  void on_event(std::string_view method, std::string_view session, std::string_view params);
  void on_attached(std::string_view params);
  void begin_document(const std::string& session);
  void drain(const std::string& session, std::int64_t world, std::uint64_t document);
  base::Task<void> store(std::string session, std::int64_t world, std::uint64_t document, int tab,
                         std::string events);

  Options options_;
  base::Logger log_;
  recorder::DomArchive archive_;
  std::unique_ptr<cdp::Line> line_;
  std::unordered_map<std::string, Page> pages_;  // by CDP session
  int next_tab_ = 0;
  bool stopping_ = false;
  bool full_ = false;
  bool storing_ = false;  // the archive is one thread's at a time
  base::Notifier stored_;
  base::TaskGroup tasks_;
};

}  // namespace greenroom::session
