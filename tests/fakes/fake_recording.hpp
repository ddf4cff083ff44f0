// A recording without an encoder, for tests of sessions: states change when the test says so.
#pragma once

#include <string>
#include <utility>

#include "base/event.hpp"
#include "recorder/recording.hpp"

namespace greenroom::recorder {

class FakeRecording final : public Recording {
 public:
  explicit FakeRecording(const base::Executor& executor) : changed_(executor) {}

  /// The encoder dies.
  void fail(std::string why) {
    failure_ = std::move(why);
    move_to(RecordingState::failed);
  }
  /// The encoder ends by itself, in good order.
  void give_up(std::string why) {
    move_to(RecordingState::finalizing);
    failure_ = std::move(why);
  }
  /// What give_up() has begun ends.
  void conclude() { move_to(RecordingState::failed); }
  /// Another segment of four seconds.
  void land_segment() {
    ++stats_.segments;
    stats_.duration += Milliseconds(4000);
    changed_.notify_all();
  }
  /// What snapshot() answers while the recording runs.
  void show(Picture picture) { picture_ = std::move(picture); }
  int finish_calls() const { return finish_calls_; }
  int cuts() const { return cuts_; }
  /// Where a mouse has been.
  const std::vector<std::pair<int, int>>& pointed() const { return pointed_; }

  RecordingState state() const override { return state_; }
  const std::string& failure() const override { return failure_; }
  WallTime started_at() const override { return started_at_; }
  RecordingStats stats() const override { return stats_; }
  const LiveEdge& live() const override { return live_; }
  Task<Result<Picture>> snapshot(int) override {
    if (state_ != RecordingState::recording || picture_.jpeg.empty())
      co_return Error{errc::unavailable, "there is no picture"};
    co_return picture_;
  }
  void cut() override { ++cuts_; }
  void point(int x, int y) override { pointed_.emplace_back(x, y); }
  Task<void> finish(Milliseconds) override {
    ++finish_calls_;
    if (state_ == RecordingState::recording) move_to(RecordingState::ready);
    co_return;
  }
  Task<void> changed() override { return changed_.wait(); }

 private:
  void move_to(RecordingState state) {
    state_ = state;
    changed_.notify_all();
  }

  base::Notifier changed_;
  RecordingState state_ = RecordingState::recording;
  std::string failure_;
  WallTime started_at_ = base::SystemClock().wall();
  RecordingStats stats_;
  LiveEdge live_;
  Picture picture_;
  int finish_calls_ = 0;
  int cuts_ = 0;
  std::vector<std::pair<int, int>> pointed_;
};

}  // namespace greenroom::recorder
