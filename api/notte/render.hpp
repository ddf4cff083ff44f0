// Writing Notte's answers. Pure. What its clients call required is always there, null where they allow it.
#pragma once

#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "api/dialect.hpp"

namespace greenroom::api::notte {

std::string_view status_of(const session::SessionView& view);

/// SessionResponse.
json::object render_session(const Call& call, const Core& core, const session::SessionView& view);

/// The answer to a stop. Its clients take every status but "closed" for a failure, however the session ended;
/// `close_reason` keeps the truth.
json::object render_stopped(const Call& call, const Core& core, const session::SessionView& view);

/// GET …/debug. Errors in a tab's picture are the viewer's to see.
json::object render_debug(const Call& call, const session::SessionView& view,
                          const std::vector<cdp::TargetInfo>& targets);

/// One entry of its `tabs`.
json::object render_tab(const Call& call, const session::SessionView& view, const cdp::TargetInfo& target,
                        std::size_t index);

/// Those of `targets` that are tabs.
std::vector<cdp::TargetInfo> tabs_of(const std::vector<cdp::TargetInfo>& targets);

json::object render_cookie(const session::Cookie& cookie);

/// GET …/replay once there is one.
json::object render_replay(const Call& call, const Core& core, const session::SessionView& view,
                           const recorder::RecordingIndex& index);

/// The answer while there is none: with `replay_status` and whether to ask again.
net::Response render_no_replay(unsigned status, const session::SessionView& view,
                               std::string_view replay_status, bool retryable, std::string_view message);

/// All four members of this provider's error body; `detail` of a 422 is a list of places.
net::Response render_error(const base::Error& error);

}  // namespace greenroom::api::notte
