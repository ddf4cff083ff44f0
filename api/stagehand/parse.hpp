// Reading requests about pages. Pure; unknown members are accepted, wrong types are not.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/error.hpp"
#include "net/http.hpp"
#include "session/page_work.hpp"

namespace greenroom::api::stagehand {

namespace json = boost::json;

/// What every request about a page has.
struct PageRequest {
  json::object body;  ///< as it came
  std::string page;   ///< frameId; empty: the page that is shown
  bool streams = false;
};

/// Errors: invalid_argument (no JSON, a wrong type, a header that is neither true nor false).
base::Result<PageRequest> parse_page_request(const net::Request& request);

/// POST …/navigate. Errors: invalid_argument.
base::Result<session::NavigateRequest> parse_navigate(const PageRequest& request);

/// An element, what to do with it, and with what.
struct Action {
  json::object given;  ///< as it came, for the answer
  std::string selector;
  std::string method;
  std::vector<std::string> arguments;  ///< with the values of variables filled in
  bool has_secrets = false;            ///< variables were used
};

/// POST …/act: an Action, or nothing when the input is words for a model. Errors: invalid_argument.
struct ActInput {
  std::optional<Action> action;
  std::optional<base::Milliseconds> timeout;
};
base::Result<ActInput> parse_act(const PageRequest& request);

/// What the core is asked to do for an Action. Errors: unsupported (a method that is none), invalid_argument
/// (arguments that it cannot have).
base::Result<session::ActRequest> to_act_request(const Action& action, const std::string& page);

/// POST …/extract: an outline, or nothing when a model has to read the page. Errors: invalid_argument.
base::Result<std::optional<session::OutlineRequest>> parse_extract(const PageRequest& request);

/// The rest, which needs a model: only its shape is checked. Errors: invalid_argument.
base::Result<void> check_observe(const PageRequest& request);
base::Result<void> check_agent(const PageRequest& request);

/// A body with nothing in it. Errors: invalid_argument.
base::Result<void> check_empty(std::string_view body);

}  // namespace greenroom::api::stagehand
