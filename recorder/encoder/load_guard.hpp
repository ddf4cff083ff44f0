// What an encoder does when the machine is too busy for it: less, step by step, and again more. Pure.
#pragma once

#include <cstdint>

#include "base/clock.hpp"

namespace greenroom::recorder::encoder {

using base::Milliseconds;

/// Judges windows of two seconds, or of three pictures if these take longer, by how long the pictures took
/// and how many of costly ones had to be left out.
///
/// A busy window takes one step: half the rate, a quarter of it, half the size. When only busy ones have come
/// for 30 s behind the last of them, it is to stop. After 5 s without a busy one, as behind a session's
/// start, a step is taken back; one that was taken back in vain waits twice as long the next time.
class LoadGuard {
 public:
  enum class Verdict { go_on, change, stop };

  explicit LoadGuard(int frames_per_second) : wanted_rate_(frames_per_second) {}

  /// A picture was made: from `from` to `to`, with `missed` others due meanwhile.
  void made_picture(Milliseconds from, Milliseconds to, std::int64_t missed);

  /// To be asked after each picture. `change`: frames_per_second() or shrink() may have.
  Verdict judge(Milliseconds at);

  int frames_per_second() const;
  /// 1, or 2 for half the width and height.
  int shrink() const { return step_ >= 3 ? 2 : 1; }

 private:
  bool was_busy(Milliseconds length) const;

  int wanted_rate_;
  int step_ = 0;
  Milliseconds window_began_{-1};
  Milliseconds busy_{};
  std::int64_t made_ = 0;
  std::int64_t missed_ = 0;
  Milliseconds calm_since_{};
  Milliseconds patience_{5'000};
  Milliseconds without_calm_since_{};  // on this step
};

}  // namespace greenroom::recorder::encoder
