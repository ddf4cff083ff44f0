// The routes that serve a session's timeline: as lines of JSON, as an HTTP archive, and its markers.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "api/dialect.hpp"

namespace greenroom::api {

std::span<const Route> timeline_routes();

/// One line with its newline: {"seq","time","kind","method","page"?,"target"?,"params"}.
std::string to_ndjson(const LogEvent& event);

/// The words of our own among `events`, as [{"at","atMs","kind","tab"?,…}]; `atMs` counts from `origin`.
json::array render_markers(const std::vector<LogEvent>& events, base::WallTime origin);

}  // namespace greenroom::api
