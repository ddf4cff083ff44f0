// What can be said of a session at one moment: an immutable value that any number of readers share.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "browser/browser.hpp"
#include "session/state.hpp"

namespace greenroom::session {

namespace json = boost::json;

struct SessionView {
  std::string id;  ///< UUID
  std::string project_id;
  std::string project_label;  ///< the project that the caller named, when it is not one of ours; echoed only
  std::string dialect;
  std::string region;
  State state = State::starting;
  std::optional<EndReason> end_reason;  ///< once ended
  base::WallTime created_at;
  base::WallTime started_at;
  base::WallTime updated_at;
  base::WallTime expires_at;
  std::optional<base::WallTime> ended_at;
  bool keep_alive = false;
  std::optional<json::object> user_metadata;
  browser::Size viewport;
  bool headless = false;
  bool recorded = false;
  bool logged = false;
  RecordingState recording = RecordingState::disabled;
  std::string recording_error;
  std::int64_t proxy_bytes = 0;
  base::Milliseconds cpu{0};         ///< processor time of its processes, as last measured
  base::Bytes memory{};              ///< of its processes, as last measured
  std::optional<json::object> echo;  ///< as in its specification
};

using SharedView = std::shared_ptr<const SessionView>;

}  // namespace greenroom::session
