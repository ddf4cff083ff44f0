// What a session carries besides its browser: a profile, extensions, files, a way to the network.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/task.hpp"
#include "browser/browser.hpp"
#include "session/spec.hpp"
#include "session/view.hpp"

namespace greenroom::session {

/// What a companion may ask of its session. Outlives the companion's calls.
class Carrier {
 public:
  virtual ~Carrier() = default;
  virtual SharedView view() const = 0;
  /// Writes something of our own into the timeline, unless the log was declined.
  virtual void note(std::string_view word, const json::object& params) = 0;
  /// Bytes that went through its proxy since the last call.
  virtual void add_proxy_bytes(std::int64_t bytes) = 0;
};

/// One of the things that a session carries. Made for one session, called in the order of this declaration,
/// and with it gone before the session's slot is free. What it changes outside it takes back in its
/// destructor or in after_exit(), whichever phases it saw.
class Companion {
 public:
  virtual ~Companion() = default;

  /// Before a browser is chosen; may name what it must be launched with, and may wait for a while.
  /// Errors end the session as launch_failed.
  /// Cancel   returns early.
  virtual base::Task<base::Result<void>> prepare(Carrier& session, browser::Fingerprint& wanted) {
    (void)session;
    (void)wanted;
    co_return base::Result<void>();
  }

  /// The browser is there and no client has been served yet: they wait for it. Errors end the session.
  virtual base::Task<base::Result<void>> begin(Carrier& session, browser::Browser& browser) {
    (void)session;
    (void)browser;
    co_return base::Result<void>();
  }

  /// The clients are gone and the recording is finished; the browser runs. Not called when it
  /// crashed or never became ready. Bounds its own time.
  virtual base::Task<void> before_stop(browser::Browser& browser) {
    (void)browser;
    co_return;
  }

  /// No process of the browser is left; its directory still is, unless it never started. Bounds its own time.
  virtual base::Task<void> after_exit(browser::Browser& browser) {
    (void)browser;
    co_return;
  }
};

using Companions = std::vector<std::unique_ptr<Companion>>;

/// Makes what the specification asks for, before the session waits for its slot. Errors are the create's own:
/// not_found (names something that is not the project's), invalid_argument, conflict, unsupported.
using MakeCompanions = std::function<base::Task<base::Result<Companions>>(const SessionSpec& spec)>;

}  // namespace greenroom::session
