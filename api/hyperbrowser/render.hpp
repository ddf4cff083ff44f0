// Writing Hyperbrowser's answers. Pure. Members that the SDK's types do not allow to be null are left out.
#pragma once

#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "api/dialect.hpp"
#include "api/hyperbrowser/parse.hpp"

namespace greenroom::api::hyperbrowser {

std::string_view status_of(const session::SessionView& view);

/// The short form, of lists.
json::object render_session(const Call& call, const Core& core, const session::SessionView& view);

/// With its links, each good for as long as that: what create and get answer.
json::object render_detail(const Call& call, const Core& core, const session::SessionView& view,
                           std::chrono::seconds live_lifetime);

/// What `liveViewTtlSeconds` of the session's create says, or else the longest there is.
std::chrono::seconds live_lifetime_of(const session::SessionView& view);

/// One page of a list whose items are under `name`.
json::object render_page(std::string_view name, json::array items, std::size_t total, const Page& page);

/// The events of the session's log that this provider knows, oldest first.
json::array render_events(const session::SessionView& view, const std::vector<LogEvent>& log,
                          const EventFilter& filter);

/// Whether the session's pages are recorded as events: this API's own default, which others do not have.
bool records_pages(const session::SessionView& view);

/// {status, recordingUrl, error} of that recording.
json::object render_pages(const Call& call, const Core& core, const session::SessionView& view,
                          bool has_events);

/// {status, recordingUrl, error} of the video.
json::object render_video(const Call& call, const Core& core, const session::SessionView& view,
                          const RecordingFacts& facts);

/// {message, code} with this provider's status for a failure.
net::Response render_error(const base::Error& error);

/// 402: what a plan would have to hold.
net::Response render_refusal(std::string_view code, std::string message);

}  // namespace greenroom::api::hyperbrowser
