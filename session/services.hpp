// What a session needs from the rest of the program, given once by the composition root.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/task.hpp"
#include "browser/browser.hpp"
#include "recorder/recording.hpp"
#include "session/lifetime.hpp"
#include "session/timeline.hpp"
#include "session/view.hpp"
#include "store/session_store.hpp"
#include "store/timeline_store.hpp"

namespace greenroom::session {

/// Hands over a browser that nobody used before. Errors and cancellation as browser::Launcher::launch.
using TakeBrowser =
    std::function<base::Task<base::Result<std::unique_ptr<browser::Browser>>>(const browser::Fingerprint&)>;

/// Starts the recording of a session's display. Errors: as recorder::Recording.
using StartRecording = std::function<base::Task<base::Result<std::unique_ptr<recorder::Recording>>>(
    const std::string& session_id, const browser::Display& display)>;

struct SessionOptions {
  browser::Size viewport{1280, 720};  ///< when a spec names none
  browser::Size screen{1920, 1080};   ///< a larger viewport gets a screen of its size
  bool headless = false;              ///< when a spec does not say
  LifetimeRules lifetime;             ///< max_age is the default, not the limit
  base::Milliseconds longest_age{6 * 3'600'000};
  std::size_t limit = 20;              ///< sessions at a time, those that are still ending included
  std::size_t kept_in_memory = 1'000;  ///< views; older ended sessions are read from the store again
  base::Milliseconds slot_patience{
      5'000};  ///< how long a create waits for the slot of a session that is ending
  bool recording = true;
  bool timeline = true;
  Timeline::Options timeline_options;
  base::Milliseconds recording_finish{10'000};  ///< for the encoder to write its last segment
};

/// References outlive every session.
struct Services {
  TakeBrowser take_browser;
  StartRecording start_recording;
  store::SessionStore& rows;
  store::TimelineStore& timeline;
  const base::Clock& clock;
  base::Logger log;
  std::function<void(SharedView)> on_change;  ///< sees every new view; set by the manager
};

/// Total durations, for metrics. Milliseconds.
struct LaunchTimes {
  std::uint64_t count = 0;
  std::uint64_t failed = 0;
  std::uint64_t sum = 0;
};

}  // namespace greenroom::session
