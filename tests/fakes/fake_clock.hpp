// Time that moves when a test says so.
#pragma once

#include "base/clock.hpp"

namespace greenroom::fakes {

/// Its steady side starts at the machine's, so that timers set from it mean what they say.
class FakeClock final : public base::Clock {
 public:
  base::WallTime wall() const override { return wall_; }
  base::SteadyTime steady() const override { return steady_; }
  void set(base::WallTime wall) { wall_ = wall; }
  void advance(base::Milliseconds by) {
    wall_ += by;
    steady_ += by;
  }

 private:
  base::WallTime wall_{std::chrono::seconds(1'800'000'000)};
  base::SteadyTime steady_ = std::chrono::steady_clock::now();
};

}  // namespace greenroom::fakes
