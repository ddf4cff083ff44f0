// The words for what a recording is and for what happens to it.
#include "recorder/recording.hpp"

namespace greenroom::recorder {

std::string_view name(RecordingMark::Kind kind) {
  switch (kind) {
    case RecordingMark::Kind::resumed:
      return "resumed";
    case RecordingMark::Kind::slower:
      return "slower";
    case RecordingMark::Kind::faster:
      return "faster";
    case RecordingMark::Kind::stopped:
      return "stopped";
  }
  return "unknown";
}

std::string_view name(RecordingState state) {
  switch (state) {
    case RecordingState::recording:
      return "recording";
    case RecordingState::finalizing:
      return "finalizing";
    case RecordingState::ready:
      return "ready";
    case RecordingState::failed:
      return "failed";
    case RecordingState::disabled:
      return "disabled";
  }
  return "unknown";
}

}  // namespace greenroom::recorder
