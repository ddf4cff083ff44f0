#include "api/stagehand/render.hpp"

#include <boost/json.hpp>

#include "api/answers.hpp"

namespace greenroom::api::stagehand {

using base::errc;
using base::Error;

namespace {
constexpr std::string_view broken_json =
    "Body is not valid JSON but content-type is set to 'application/json'";

unsigned status_of(const Error& error) {
  // What goes wrong inside a call its server words as a fault of its own.
  return error.code == errc::timed_out ? 500 : http_status(error.code);
}

/// "body/options/timeout must be …" as the list of steps to it.
json::array path_of(std::string_view text) {
  json::array out;
  std::string_view path = text.substr(0, text.find(' '));
  if (path.find('/') == path.npos) return out;
  constexpr std::size_t most_steps = 32;  // names are the client's own and may be of slashes
  while (!path.empty() && out.size() < most_steps) {
    const std::size_t slash = path.find('/');
    const std::string_view step = path.substr(0, slash);
    if (step != "body" || !out.empty()) out.emplace_back(step);
    path = slash == path.npos ? std::string_view() : path.substr(slash + 1);
  }
  return out;
}

bool is_about_a_field(std::string_view text) {
  return text.starts_with("body/") || text.starts_with("headers/") || text == "body must be object";
}

/// A failure inside a call, in its own words alone; the browser's with the number that CDP gives them.
std::string said_of(const Error& error) {
  if (error.detail.empty()) return error.message();
  if (error.code == errc::protocol) return "-32000 " + error.detail;
  const bool is_whole = error.code == errc::timed_out || error.code == errc::internal ||
                        error.code == errc::unauthenticated || error.code == errc::closed;
  return is_whole ? error.detail : words_of(error);
}

json::object body_of(const Error& error, unsigned status) {
  const std::string words = said_of(error);
  json::object body;
  if (error.code == errc::not_found && words.starts_with("Route ")) {
    body["message"] = words;
    body["error"] = "Not Found";
    body["statusCode"] = status;
    return body;
  }
  if (error.code == errc::invalid_argument && words == "body is not valid JSON") {
    body["error"] = broken_json;
    body["statusCode"] = status;
    return body;
  }
  body["success"] = false;
  // Some clients read the one, some the other.
  body["message"] = words;
  body["error"] = words;
  if (error.code == errc::invalid_argument && is_about_a_field(words)) {
    body["error"] = "Request validation failed";
    json::object issue;
    issue["code"] = "custom";
    issue["path"] = path_of(words);
    issue["message"] = words;
    body["issues"] = json::array{std::move(issue)};
  }
  return body;
}

/// What tests and people of this API know it by.
Error in_its_words(Error error) {
  if (error.code == errc::not_found && error.detail == "session") error.detail = "Session not found";
  if (error.code == errc::gone && error.detail == session::no_such_page) {
    error.code = errc::internal;
    error.detail = "Page not found";
  }
  if (error.code == errc::unauthenticated) error.detail = "Unauthorized";
  return error;
}
}  // namespace

net::Response success(json::object data) {
  json::object body;
  body["success"] = true;
  body["data"] = std::move(data);
  return json_response(200, body);
}

net::Response render_error(const Error& error) {
  const Error said = in_its_words(error);
  const unsigned status = status_of(said);
  net::Response response = json_response(status, body_of(said, status));
  // The generated clients send 408, 409, 429 and every 5xx three times: an action would be done three times.
  // A start that found no room has done nothing.
  if (said.code != errc::limit_reached) response.headers.set("x-should-retry", "false");
  return response;
}

Error no_model(std::string_view what) {
  return Error{errc::unsupported, "No model is configured: " + std::string(what) +
                                      " needs a language model, which this server does not have"};
}

json::value render_navigation(const session::Navigation& navigation) {
  if (!navigation.response) return nullptr;
  const session::DocumentResponse& response = *navigation.response;
  json::object out;
  out["requestId"] = response.request_id;
  out["frameId"] = response.frame_id;
  out["loaderId"] = response.loader_id;
  out["response"] = response.response;
  const json::value* from_worker = response.response.if_contains("fromServiceWorker");
  out["fromServiceWorkerFlag"] = from_worker != nullptr && from_worker->is_bool() && from_worker->get_bool();
  out["finishedSettled"] = response.is_finished;
  out["extraInfoHeaders"] = response.extra_headers ? json::value(*response.extra_headers) : json::value();
  if (response.extra_headers_text.empty())
    out["extraInfoHeadersText"] = nullptr;
  else
    out["extraInfoHeadersText"] = response.extra_headers_text;
  return out;
}

json::object render_act(const json::object& action, std::string_view method,
                        const base::Result<void>& outcome) {
  const json::value* selector = action.if_contains("selector");
  const json::value* description = action.if_contains("description");
  json::object out;
  out["success"] = outcome.has_value();
  if (outcome) {
    out["message"] = "Action [" + std::string(method) +
                     "] performed successfully on selector: " + std::string(selector->as_string());
  } else {
    const bool unknown = outcome.error().code == errc::unsupported;
    const std::string& why = outcome.error().detail;
    out["message"] = unknown ? "Unable to perform action: " + why : "Failed to perform act: " + why;
  }
  out["actionDescription"] = description != nullptr ? *description : json::value("");
  out["actions"] = outcome ? json::array{action} : json::array();
  return out;
}

}  // namespace greenroom::api::stagehand
