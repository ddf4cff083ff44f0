#include "session/live_control.hpp"

namespace greenroom::session {

void LiveControl::join(Viewer viewer, bool may_control) {
  if (may_control) able_.insert(viewer);
}

void LiveControl::leave(Viewer viewer) {
  able_.erase(viewer);
  std::erase(stack_, viewer);
}

bool LiveControl::act(Viewer viewer) {
  if (holder() == nobody) return take(viewer);
  return holder() == viewer;
}

bool LiveControl::take(Viewer viewer) {
  if (!may(viewer)) return false;
  std::erase(stack_, viewer);
  stack_.push_back(viewer);
  return true;
}

void LiveControl::give(Viewer viewer) { std::erase(stack_, viewer); }

}  // namespace greenroom::session
