// The states of a session and the reasons for its end, with the words that logs, metrics and rows use.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "net/message_stream.hpp"

namespace greenroom::session {

enum class State {
  starting,  ///< admitted; its browser is not there yet
  running,   ///< CDP can be used
  ended,     ///< final; processes may still be going
};

enum class EndReason {
  requested,            ///< by an API call
  client_disconnected,  ///< the last client left, and the policy says so
  never_connected,      ///< no client came in time
  max_duration,         ///< its hard limit
  idle,                 ///< nothing was asked of it for too long
  no_page_left,         ///< its last page was closed, and it was asked to end then
  browser_crashed,
  out_of_memory,
  unresponsive,
  launch_failed,
  launch_timeout,
  drained,          ///< the daemon is stopping
  lost_on_restart,  ///< found unfinished when the daemon started
  storage_full,
};

/// How an end is to be judged, for whoever has fewer words than there are reasons.
enum class Outcome {
  completed,  ///< as somebody wanted, or as the rules say
  idle,       ///< nobody used it any more
  timed_out,  ///< its longest life was over
  failed,
};
Outcome outcome_of(EndReason reason);
/// Every reason that is judged as one of these.
std::vector<EndReason> reasons_of(std::initializer_list<Outcome> outcomes);

std::string_view word(State state);
std::string_view word(EndReason reason);
std::optional<State> state_of(std::string_view word);
std::optional<EndReason> end_reason_of(std::string_view word);

/// What a client's websocket is closed with (docs/architecture.md, "End reasons").
net::CloseReason close_reason(EndReason reason);

/// How far the recording of a session is.
enum class RecordingState { disabled, recording, finalizing, ready, failed };
std::string_view word(RecordingState state);
std::optional<RecordingState> recording_state_of(std::string_view word);

/// Why a recording failed, as "reason: what happened". Reasons: disk_full, encoder_failed, unsupported,
/// removed.
std::string recording_failure(const base::Error& error);
/// The reason alone, of such a text.
std::string_view recording_failure_reason(std::string_view failure);

}  // namespace greenroom::session
