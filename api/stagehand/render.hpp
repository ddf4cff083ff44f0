// Writing answers. Pure.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "api/dialect.hpp"
#include "session/page_work.hpp"

namespace greenroom::api::stagehand {

/// {"success":true,"data":…}
net::Response success(json::object data);

/// This API's status and body for a failure. No client may repeat an action because of it.
net::Response render_error(const base::Error& error);

/// What is said of everything that a model would have to do.
base::Error no_model(std::string_view what);

/// The response record of a navigation, or null: the eight members that clients know.
json::value render_navigation(const session::Navigation& navigation);

/// The result of an act: what was done, or why it was not.
json::object render_act(const json::object& action, std::string_view method,
                        const base::Result<void>& outcome);

}  // namespace greenroom::api::stagehand
