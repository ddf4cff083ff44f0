// Whose hands are on a session's pages. Pure.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

namespace greenroom::session {

/// At most one viewer has control. Whoever may control takes it by acting while nobody has it, or by saying
/// so, from anybody. Who gives it back, or leaves, gives it to the one from whom it was taken.
class LiveControl {
 public:
  using Viewer = std::uint64_t;
  static constexpr Viewer nobody = 0;

  void join(Viewer viewer, bool may_control);
  void leave(Viewer viewer);

  Viewer holder() const { return stack_.empty() ? nobody : stack_.back(); }
  bool may(Viewer viewer) const { return able_.contains(viewer); }

  /// It does something: true if it may, now.
  bool act(Viewer viewer);
  /// False: it may not control at all.
  bool take(Viewer viewer);
  void give(Viewer viewer);

 private:
  std::set<Viewer> able_;
  std::vector<Viewer> stack_;  // the holder last, before it those from whom it was taken
};

}  // namespace greenroom::session
