// Answers as a stream of server-sent events, in the two framings that clients know.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "api/core.hpp"
#include "net/http.hpp"

namespace greenroom::api::stagehand {

/// No client accepts both.
enum class Framing {
  bare,   ///< data alone: npm, and generated clients before 3.13
  named,  ///< with the status as the event's name: generated clients since
};

/// By the headers that the clients send.
Framing framing_of(const net::Request& request);

/// One event. `data` begins with its status, which old clients look for at the very beginning.
std::string frame(Framing framing, std::string_view type, json::object data);

/// A line of the log that clients print.
json::object log_line(std::string_view category, std::string_view message, int level);

/// What a streamed call does: it may write lines to the log, and has a result in the end.
using WriteLog = std::function<Task<void>(json::object line)>;
using StreamedWork = std::function<Task<Result<json::value>>(Core& core, const WriteLog& log)>;

/// starting, connected, what the work says, and at last finished or error.
net::Response stream_response(Core& core, Framing framing, StreamedWork work, std::string action_id);

}  // namespace greenroom::api::stagehand
