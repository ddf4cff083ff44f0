// MP4 files of recordings, made when somebody asks for one.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/event.hpp"
#include "base/task.hpp"
#include "base/task_group.hpp"
#include "recorder/encoder_process.hpp"

namespace greenroom::recorder {

struct MuxerOptions {
  EncoderProgram program;
  base::Milliseconds deadline{std::chrono::minutes(2)};  ///< for one file, its wait for others included
};

/// Runs `greenroom-encoder mux`, one at a time. One thread.
///
/// Lifetime whoever has it awaits stop() before destroying it.
class Muxer {
 public:
  Muxer(const base::Executor& executor, MuxerOptions options);
  Muxer(const Muxer&) = delete;
  Muxer& operator=(const Muxer&) = delete;

  /// Makes, or finds, the MP4 of the recording in `directory` and returns its path. Asked for while the
  /// recording runs it holds what is finished so far, and is made anew the next time. Calls for the same
  /// directory at the same time share one run.
  ///
  /// Errors   not_found (nothing was recorded), storage_full, timed_out, io (with the program's reason).
  /// Cancel   safe: the run goes on for the others.
  base::Task<base::Result<std::string>> make_mp4(std::string directory);

  /// Kills what runs. Afterwards make_mp4() answers closed.
  base::Task<void> stop();

 private:
  struct Run {
    explicit Run(const base::Executor& executor) : done(executor) {}
    base::Event done;
    base::Result<std::string> path = base::Error{base::errc::closed, "the muxer"};
  };

  base::Task<void> carry_out(std::string directory, std::shared_ptr<Run> run);
  base::Task<base::Result<std::string>> wait_and_mux(const std::string& directory);
  base::Task<base::Result<std::string>> mux(const std::string& directory);

  base::Executor executor_;
  MuxerOptions options_;
  std::map<std::string, std::shared_ptr<Run>> runs_;  // by directory; shared by the frames that wait
  base::Notifier slot_free_;
  bool is_busy_ = false;
  bool is_stopped_ = false;
  base::TaskGroup tasks_;
};

}  // namespace greenroom::recorder
