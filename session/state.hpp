// The states of a session and the reasons for its end, with the words that logs, metrics and rows use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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
  idle,                 ///< no client command for too long
  browser_crashed,
  out_of_memory,
  unresponsive,
  launch_failed,
  launch_timeout,
  drained,          ///< the daemon is stopping
  lost_on_restart,  ///< found unfinished when the daemon started
  storage_full,
};

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
