// Reading Claude Scope's requests. Pure. Its validator names every broken rule at once, in its own words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/error.hpp"
#include "net/http.hpp"

namespace greenroom::api::claude_scope {

namespace json = boost::json;

/// The members of a body that keep all rules, and the rules that the others break.
struct Body {
  json::object said;
  std::vector<std::string> broken;
};

/// POST …/sessions. Errors of all three: invalid_argument (no JSON object).
base::Result<Body> parse_new_session(std::string_view body);
/// PATCH …/sessions/{id}.
base::Result<Body> parse_change(std::string_view body);
/// PATCH …/settings.
base::Result<Body> parse_settings(std::string_view body);

/// The rules that a change of a real recording breaks: what was measured cannot be said to be otherwise.
std::vector<std::string> measured_in(const json::object& said);

struct ListRequest {
  std::size_t limit = 0;
  std::vector<std::string> broken;
};

/// GET …/sessions.
ListRequest parse_list(const net::Target& target);

/// The id without its prefix, or our own id as it is; empty for what cannot be one.
std::string parse_id(std::string_view id);

}  // namespace greenroom::api::claude_scope
