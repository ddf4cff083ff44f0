// Writing Claude Scope's answers. Pure. Where its pages and its code differ, docs/providers/claude_scope.md
// says which one is followed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "api/dialect.hpp"

namespace greenroom::api::claude_scope {

/// Of whom the answers speak.
struct Account {
  std::string user_id;
  json::object settings;  ///< all five
};

/// What was said, over the defaults.
json::object render_settings(const json::object& said);

/// "processing", "complete" or "error".
std::string status_of(const Capture& capture);

/// An entry of the list.
json::object render_entry(const Capture& capture, const Account& account);
/// What create and update answer.
json::object render_session(const Capture& capture, const Account& account);
/// The same with frames and analysis.
json::object render_whole(const Capture& capture, const Account& account);
/// GET …/status.
json::object render_status(const Capture& capture);
/// Over completed sessions only, as its pages say.
json::object render_stats(const std::vector<Capture>& captures);

/// 400 with one message for each broken rule.
net::Response render_broken(const std::vector<std::string>& broken);
net::Response render_error(const base::Error& error);

}  // namespace greenroom::api::claude_scope
