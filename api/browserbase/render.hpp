// Writing Browserbase's answers. Pure; absent members are left out, never null (its clients check strictly).
#pragma once

#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "api/dialect.hpp"

namespace greenroom::api::browserbase {

std::string_view status_of(const session::SessionView& view);

/// The Session object of lists and updates.
/// `memory` must outlive the object.
json::object render_session(const session::SessionView& view, json::storage_ptr memory = {});

/// With connectUrl, seleniumRemoteUrl and signingKey: what create and, while it can be used, get answer.
json::object render_connectable(const Call& call, const session::SessionView& view);

/// The answer about one session: connectable while it can be used.
net::Response session_response(const Call& call, const SharedView& view);
net::Response list_response(const Call& call, const std::vector<SharedView>& views);

/// GET …/debug.
json::object render_debug(const Call& call, const session::SessionView& view,
                          const std::vector<cdp::TargetInfo>& targets, base::WallTime links_expire);

/// GET …/logs: each event as a CDP message, its parameters under `request`.
json::array render_logs(const session::SessionView& view, const std::vector<LogEvent>& events);

/// GET …/replays: a page for each tab that was seen. Times count from the session's start.
json::object render_replays(const session::SessionView& view, const std::vector<recorder::TabTrack>& tracks);

/// GET and POST …/recording/downloads.
json::object render_downloads(const Call& call, const Core& core, const session::SessionView& view);

json::object render_project(const Project& project, const session::SessionOptions& options);

/// {statusCode, error, message} with this provider's status for a failure.
net::Response render_error(const base::Error& error);

}  // namespace greenroom::api::browserbase
