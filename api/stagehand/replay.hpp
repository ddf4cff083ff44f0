// What was done in a session, as GET …/replay tells it: calls of this API as they were noted, and what
// clients did over CDP. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "api/core.hpp"

namespace greenroom::api::stagehand {

/// One call, as it is written into the timeline when it is over.
struct NotedCall {
  std::string method;
  json::object parameters;
  json::value result;  ///< null: it failed, or has none
  std::string url;     ///< where it belongs: the target of a navigation, else the page before
  base::WallTime started;
  base::WallTime ended;
};
json::object to_json(const NotedCall& call);

/// What is kept of a request's body: no frame, no key at any depth, of variables only their names.
json::object parameters_of(std::string_view method, const json::object& body);
/// A password was typed: neither parameters nor result keep it.
void hide_arguments(json::object& parameters);
/// What is kept of a result: no argument that a variable or a password has filled in, and long texts cut.
json::value redacted_result(json::value result, const json::object& body, bool hides_arguments);

/// {pages: […], clientLanguage?}: consecutive actions of one host are one page.
json::object render_replay(const std::vector<LogEvent>& history, const session::SessionView& view);

/// What names a page in a replay: the host alone, "about:blank" for what has none.
std::string page_key(std::string_view url);

}  // namespace greenroom::api::stagehand
