// What a session needs from the rest of the program, given once by the composition root.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/task.hpp"
#include "browser/browser.hpp"
#include "recorder/recording.hpp"
#include "recorder/screencast.hpp"
#include "session/admission.hpp"
#include "session/companion.hpp"
#include "session/dom_recorder.hpp"
#include "session/lifetime.hpp"
#include "session/timeline.hpp"
#include "session/view.hpp"
#include "store/session_store.hpp"
#include "store/timeline_store.hpp"

namespace greenroom::session {

/// Hands over a browser that nobody used before. Errors and cancellation as browser::Launcher::launch.
using TakeBrowser =
    std::function<base::Task<base::Result<std::unique_ptr<browser::Browser>>>(const browser::Fingerprint&)>;

/// What is to be recorded: a display, or else pictures of a browser without one.
struct RecordingRequest {
  std::string session_id;
  std::optional<browser::Display> display;
  recorder::FrameSource* frames = nullptr;  ///< outlives the recording
  int frames_per_second = 10;
  recorder::Quality quality = recorder::Quality::standard;
  std::function<void(const recorder::RecordingMark&)>
      on_mark;  ///< may be called as long as the recording lives
};

/// Starts a session's recording. Errors: as recorder::Recording.
using StartRecording =
    std::function<base::Task<base::Result<std::unique_ptr<recorder::Recording>>>(RecordingRequest request)>;

struct SessionOptions {
  browser::Size viewport{1280, 720};                   ///< when a spec names none
  browser::Size screen{1920, 1080};                    ///< a larger viewport gets a screen of its size
  bool headless = false;                               ///< when a spec does not say
  browser::Engine engine = browser::Engine::chromium;  ///< likewise
  LifetimeRules lifetime;                              ///< max_age is the default, not the limit
  base::Milliseconds longest_age{6 * 3'600'000};
  std::size_t limit = 20;              ///< sessions at a time, those that are still ending included
  std::size_t kept_in_memory = 1'000;  ///< views; older ended sessions are read from the store again
  base::Milliseconds slot_patience{
      5'000};                        ///< how long a create waits for the slot of a session that is ending
  std::size_t limit_per_key = 0;     ///< sessions of one key; 0: no limit of its own
  std::size_t queue = 100;           ///< creates that may wait for a slot
  base::Milliseconds queue_wait{0};  ///< for how long; 0: nobody waits
  base::Bytes free_memory{};         ///< what a new session must leave free; 0: memory is no limit
  base::Milliseconds ping_interval{10'000};     ///< how long a browser may be silent before it is asked
  base::Milliseconds ping_deadline{20'000};     ///< for its answer; then the session ends as unresponsive
  base::Milliseconds measure_interval{10'000};  ///< processor time and memory of sessions
  bool provides_proxy = false;                  ///< to sessions that ask for one without naming it
  bool recording = true;
  bool timeline = true;
  bool record_dom = false;    ///< when a spec does not say
  DomRecorder::Options dom;   ///< without a script nothing is recorded so
  std::string dom_directory;  ///< holds one directory per session
  Timeline::Options timeline_options;
  int record_fps = 10;  ///< when a spec does not say
  recorder::Quality record_quality = recorder::Quality::standard;
  bool record_pointer = false;                  ///< show in recordings where clients' mice are
  base::Milliseconds recording_delay{0};        ///< of a recorder behind a session that is ready, at most
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
  /// Whether the disk has room for one more session; may be empty. Errors: storage_full.
  std::function<base::Result<void>()> check_room = {};
  /// What each of these trees has taken; in their order, or empty. None: nothing is measured.
  std::function<base::Task<std::vector<browser::Usage>>(std::vector<browser::ProcessRoots>)> measure = {};
  /// What the machine could still give away. None: memory is no limit.
  std::function<std::optional<base::Bytes>()> free_memory = {};
  /// How many processes the kernel has killed for want of memory, ever. None: such an end is a crash.
  std::function<std::uint64_t()> memory_kills = {};
  /// What sessions carry besides their browsers. None: nothing, whatever they ask for.
  MakeCompanions make_companions = {};
};

/// Total durations, for metrics. Milliseconds.
struct LaunchTimes {
  std::uint64_t count = 0;
  std::uint64_t failed = 0;
  std::uint64_t sum = 0;
};

}  // namespace greenroom::session
