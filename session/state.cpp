#include "session/state.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace greenroom::session {

namespace {
template <class Enum, std::size_t N>
std::optional<Enum> find_word(const std::array<Enum, N>& all, std::string_view text) {
  for (const Enum value : all)
    if (word(value) == text) return value;
  return std::nullopt;
}

constexpr std::array all_reasons = {EndReason::requested,
                                    EndReason::client_disconnected,
                                    EndReason::never_connected,
                                    EndReason::max_duration,
                                    EndReason::idle,
                                    EndReason::no_page_left,
                                    EndReason::browser_crashed,
                                    EndReason::out_of_memory,
                                    EndReason::unresponsive,
                                    EndReason::launch_failed,
                                    EndReason::launch_timeout,
                                    EndReason::drained,
                                    EndReason::lost_on_restart,
                                    EndReason::storage_full};
}  // namespace

Outcome outcome_of(EndReason reason) {
  switch (reason) {
    case EndReason::requested:
    case EndReason::client_disconnected:
    case EndReason::never_connected:
    case EndReason::no_page_left:
    case EndReason::drained:
      return Outcome::completed;
    case EndReason::idle:
      return Outcome::idle;
    case EndReason::max_duration:
      return Outcome::timed_out;
    case EndReason::browser_crashed:
    case EndReason::out_of_memory:
    case EndReason::unresponsive:
    case EndReason::launch_failed:
    case EndReason::launch_timeout:
    case EndReason::lost_on_restart:
    case EndReason::storage_full:
      return Outcome::failed;
  }
  return Outcome::failed;
}

std::vector<EndReason> reasons_of(std::initializer_list<Outcome> outcomes) {
  std::vector<EndReason> out;
  for (const EndReason reason : all_reasons)
    if (std::find(outcomes.begin(), outcomes.end(), outcome_of(reason)) != outcomes.end())
      out.push_back(reason);
  return out;
}

std::string_view word(State state) {
  switch (state) {
    case State::starting:
      return "starting";
    case State::running:
      return "running";
    case State::ended:
      return "ended";
  }
  return "ended";
}

std::string_view word(EndReason reason) {
  switch (reason) {
    case EndReason::requested:
      return "requested";
    case EndReason::client_disconnected:
      return "client_disconnected";
    case EndReason::never_connected:
      return "never_connected";
    case EndReason::max_duration:
      return "max_duration";
    case EndReason::idle:
      return "idle";
    case EndReason::no_page_left:
      return "no_page_left";
    case EndReason::browser_crashed:
      return "browser_crashed";
    case EndReason::out_of_memory:
      return "out_of_memory";
    case EndReason::unresponsive:
      return "unresponsive";
    case EndReason::launch_failed:
      return "launch_failed";
    case EndReason::launch_timeout:
      return "launch_timeout";
    case EndReason::drained:
      return "drained";
    case EndReason::lost_on_restart:
      return "lost_on_restart";
    case EndReason::storage_full:
      return "storage_full";
  }
  return "requested";
}

std::string_view word(RecordingState state) {
  switch (state) {
    case RecordingState::disabled:
      return "disabled";
    case RecordingState::recording:
      return "recording";
    case RecordingState::finalizing:
      return "finalizing";
    case RecordingState::ready:
      return "ready";
    case RecordingState::failed:
      return "failed";
  }
  return "disabled";
}

std::optional<State> state_of(std::string_view text) {
  return find_word(std::array{State::starting, State::running, State::ended}, text);
}

std::optional<EndReason> end_reason_of(std::string_view text) { return find_word(all_reasons, text); }

std::optional<RecordingState> recording_state_of(std::string_view text) {
  return find_word(std::array{RecordingState::disabled, RecordingState::recording, RecordingState::finalizing,
                              RecordingState::ready, RecordingState::failed},
                   text);
}

std::string recording_failure(const base::Error& error) {
  // The encoder's own words come as the detail of whatever they made fail.
  const bool is_full = error.code == base::errc::storage_full ||
                       error.detail.find(base::name(base::errc::storage_full)) != std::string::npos;
  if (is_full) return "disk_full: " + error.detail;
  if (error.code == base::errc::unsupported) return "unsupported: " + error.detail;
  return "encoder_failed: " + error.detail;
}

std::string_view recording_failure_reason(std::string_view failure) {
  return failure.substr(0, failure.find(':'));
}

net::CloseReason close_reason(EndReason reason) {
  const std::string text(word(reason));
  switch (reason) {
    case EndReason::requested:
    case EndReason::client_disconnected:
    case EndReason::no_page_left:
      return {1000, text};
    case EndReason::never_connected:
    case EndReason::max_duration:
    case EndReason::idle:
      return {1001, text};
    case EndReason::browser_crashed:
    case EndReason::out_of_memory:
    case EndReason::unresponsive:
    case EndReason::launch_failed:
    case EndReason::launch_timeout:
    case EndReason::storage_full:
      return {1011, text};
    case EndReason::drained:
    case EndReason::lost_on_restart:
      return {1012, text};
  }
  return {1011, text};
}

}  // namespace greenroom::session
