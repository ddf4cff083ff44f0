// A session's recording while it is made. A recording never hurts its session: nothing here throws, blocks or
// fails louder than a state.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/blocking_pool.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/task.hpp"
#include "recorder/control.hpp"
#include "recorder/encoder_process.hpp"
#include "recorder/frame_source.hpp"
#include "recorder/live_edge.hpp"

namespace greenroom::recorder {

using base::Task;

enum class RecordingState {
  recording,   ///< pictures are taken
  finalizing,  ///< asked to finish; the last segment is being closed
  ready,       ///< complete
  failed,      ///< ended early; what was finished before plays
  disabled,    ///< the session is not recorded
};

/// The enumerator's own name.
std::string_view name(RecordingState state);

/// What is known about a recording's work; numbers since its start.
struct RecordingStats {
  EncoderStats encoder;
  int restarts = 0;           ///< of an encoder that died
  int frames_per_second = 0;  ///< at most, now: fewer than wanted when the machine is too busy
  std::int64_t segments = 0;
  Bytes bytes;              ///< of finished segments
  Milliseconds duration{};  ///< of finished segments
  int width = 0;            ///< pixels, of the newest segment
  int height = 0;
};

/// One picture of the screen.
struct Picture {
  std::string jpeg;
  int width = 0;   ///< pixels
  int height = 0;  ///< pixels
};

/// Something that happened to a recording, for its timeline.
struct RecordingMark {
  enum class Kind { resumed, slower, faster, stopped };
  Kind kind = Kind::resumed;
  Milliseconds at{};  ///< since the recording's start
  std::string why;
};

/// The enumerator's own name.
std::string_view name(RecordingMark::Kind kind);

struct RecordingOptions {
  EncoderProgram program;
  std::string directory;  ///< of this recording alone; created when missing
  StartCommand capture;   ///< `started_at` is filled in
  FrameSource* frames =
      nullptr;  ///< where pictures come from when there is no display; outlives the recording
  base::BlockingPool* files = nullptr;  ///< for closing the index after a crash; outlives the recording
  /// Starts another encoder in place of one that died; filled in by Recording::start().
  std::function<Result<std::unique_ptr<EncoderProcess>>()> restart;
  /// Told of what a viewer should know: the encoder was restarted, or does less.
  std::function<void(const RecordingMark&)> on_mark;
  /// An encoder that dies twice within it ends the recording.
  Milliseconds restart_interval{60'000};
  std::function<void(const Segment&)>
      on_segment;                     ///< each finished one, when it is on the disk; may be empty
  Milliseconds start_deadline{5000};  ///< from the process's start to its first picture
  Milliseconds snapshot_deadline{2000};
};

/// One session's recording. One thread.
///
/// Lifetime whoever has it calls finish() and awaits it before destroying it.
class Recording {
 public:
  /// Starts the encoder and waits for its first picture.
  ///
  /// Errors   launch_failed (with the encoder's own reason), launch_timeout, io.
  /// Cancel   safe: the encoder is dead before it returns.
  /// Lifetime `options.files` and the log's sink outlive the recording.
  static Task<Result<std::unique_ptr<Recording>>> start(RecordingOptions options, base::Logger log);
  /// The same on an encoder that runs already. Errors and Cancel as above.
  static Task<Result<std::unique_ptr<Recording>>> start_with(std::unique_ptr<EncoderProcess> encoder,
                                                             RecordingOptions options, base::Logger log);
  virtual ~Recording() = default;

  virtual RecordingState state() const = 0;
  /// Why it failed; empty otherwise.
  virtual const std::string& failure() const = 0;
  virtual WallTime started_at() const = 0;
  virtual RecordingStats stats() const = 0;
  /// What players close to now may fetch.
  virtual const LiveEdge& live() const = 0;

  /// The picture shown now. `quality` is JPEG's, 1 to 100; callers at the same time share one picture, of the
  /// first one's quality.
  /// Errors: unavailable (nothing is recorded now, or there is no picture), timed_out.
  virtual Task<Result<Picture>> snapshot(int quality) = 0;

  /// Another tab is shown from about now on: a segment begins, so that tabs can be told apart.
  virtual void cut() = 0;

  /// A client's mouse is at that place of what is recorded, in pixels: the picture shows an arrow there from
  /// now on. Headless browsers' recordings do not.
  virtual void point(int x, int y) = 0;

  /// Ends the recording: asks, waits, kills. Afterwards the state is final. Any number of calls. Not
  /// cancellable: `deadline` and a little more bounds it.
  virtual Task<void> finish(Milliseconds deadline) = 0;

  /// Until the state changes, or a segment or a part of one lands. Cancel: returns early.
  virtual Task<void> changed() = 0;
};

}  // namespace greenroom::recorder
