#include "recorder/encoder/load_guard.hpp"

#include <algorithm>

namespace greenroom::recorder::encoder {

namespace {
constexpr Milliseconds window{2000};
constexpr Milliseconds longest_patience{300'000};
/// A few small pictures a second are hardly why a machine is busy: to take them away would help nobody soon.
constexpr Milliseconds before_the_end{30'000};
constexpr int last_step = 3;
constexpr std::int64_t fewest_pictures = 3;  // fewer say nothing about a load
}  // namespace

int LoadGuard::frames_per_second() const {
  constexpr int slowest = 2;
  const int divided = wanted_rate_ >> std::min(step_, 2);
  return std::max(divided, std::min(slowest, wanted_rate_));
}

void LoadGuard::made_picture(Milliseconds from, Milliseconds to, std::int64_t missed) {
  if (window_began_ < Milliseconds(0)) window_began_ = from;
  busy_ += to - from;
  ++made_;
  missed_ += missed;
}

/// More than four fifths of the time spent on pictures, or every third left out while they took a fifth.
/// Those that take less are not why the machine is busy: to make fewer of them would help nobody.
bool LoadGuard::was_busy(Milliseconds length) const {
  return busy_ * 5 > length * 4 || (missed_ * 2 > made_ && busy_ * 5 > length);
}

LoadGuard::Verdict LoadGuard::judge(Milliseconds at) {
  if (window_began_ < Milliseconds(0) || at - window_began_ < window || made_ < fewest_pictures)
    return Verdict::go_on;
  const bool busy = was_busy(at - window_began_);
  window_began_ = Milliseconds(-1);
  busy_ = {};
  made_ = missed_ = 0;
  if (busy) {
    calm_since_ = at;
    if (step_ == last_step) return at - without_calm_since_ < before_the_end ? Verdict::go_on : Verdict::stop;
    const int rate_before = frames_per_second();
    ++step_;
    // A rate that cannot fall any more: straight to what helps.
    while (step_ < last_step && frames_per_second() == rate_before) ++step_;
    without_calm_since_ = at;
    return Verdict::change;
  }
  without_calm_since_ = at;
  if (step_ == 0 || at - calm_since_ < patience_) return Verdict::go_on;
  --step_;
  calm_since_ = at;
  patience_ = std::min(patience_ * 2, longest_patience);
  return Verdict::change;
}

}  // namespace greenroom::recorder::encoder
