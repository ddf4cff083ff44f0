#include "api/web_driver.hpp"

#include <array>
#include <vector>

#include <boost/json.hpp>

#include "api/answers.hpp"

namespace greenroom::api {

using base::errc;
using base::Error;

namespace {

constexpr std::string_view endpoint = "/webdriver";
/// Below it: CDP beside WebDriver. Clients of a Selenium Grid know such an address by these two words.
constexpr std::string_view cdp_path = "/se/cdp";
/// Names a session where the credential is an API key.
constexpr std::string_view session_header = "session-id";

struct DriverErrorWords {
  unsigned status;
  std::string_view name;
};

DriverErrorWords standard_words(DriverError error) {
  switch (error) {
    case DriverError::invalid_argument:
      return {400, "invalid argument"};
    case DriverError::invalid_session_id:
      return {404, "invalid session id"};
    case DriverError::session_not_created:
      return {500, "session not created"};
    case DriverError::timeout:
      return {500, "timeout"};
    case DriverError::unknown_command:
      return {404, "unknown command"};
    case DriverError::unknown_error:
      return {500, "unknown error"};
    case DriverError::unsupported_operation:
      return {500, "unsupported operation"};
  }
  return {500, "unknown error"};
}

net::Response refusal(unsigned status, std::string_view name, std::string_view message) {
  json::object value;
  value["error"] = name;
  value["message"] = message;
  value["stacktrace"] = "";
  json::object body;
  body["value"] = std::move(value);
  net::Response response = json_response(status, body);
  response.headers.set("cache-control", "no-cache");
  return response;
}

/// WebDriver has no word for a missing credential; HTTP has.
net::Response refusal_of(const Error& error) {
  if (error.code == errc::gone || error.code == errc::not_found)
    return driver_error(DriverError::invalid_session_id, full_words_of(error));
  return refusal(http_status(error.code), "unknown error", words_of(error));
}

/// The session's token in whichever header an API gives it, or nothing.
std::string_view token_in_headers(const net::Request& request) {
  for (const std::string_view header : driver_token_headers())
    if (const std::string_view token = request.header(header); !token.empty()) return token;
  return {};
}

const KnownKey* key_in_headers(const Call& call) {
  constexpr std::string_view bearer = "Bearer ";
  for (const Dialect* dialect : all_dialects()) {
    std::string_view presented = call.request.header(dialect->key_header);
    if (presented.starts_with(bearer)) presented.remove_prefix(bearer.size());
    if (const KnownKey* key = call.keys.find(presented)) return key;
  }
  return nullptr;
}

Task<Result<SharedView>> session_of_key(const Call& call, Core& core) {
  const KnownKey* key = key_in_headers(call);
  if (key == nullptr)
    co_return Error{errc::unauthenticated,
                    "a header with the session's token is missing, or with a known API "
                    "key and the session's id (session-id)"};
  const std::string id(call.request.header(session_header));
  if (id.empty()) co_return Error{errc::invalid_argument, "the header session-id is missing"};
  auto view = co_await core.find(id);
  if (!view) co_return view.error();
  if ((*view)->project_id != key->project_id) co_return Error{errc::not_found, "session"};
  if ((*view)->state == session::State::ended) co_return Error{errc::gone, "the session has ended"};
  co_return view;
}

Task<Result<SharedView>> session_of_headers(const Call& call, Core& core) {
  const std::string_view token = token_in_headers(call.request);
  if (!token.empty()) co_return co_await live_session_of(call, core, Scope::cdp, token);
  co_return co_await session_of_key(call, core);
}

/// Libraries send no header of theirs here: the token is in the address.
Task<Result<net::Response>> open_cdp(const Call& call, Core& core) {
  auto target = co_await open_with_token(call, core);
  if (!target) co_return refusal_of(target.error());
  co_return cdp_response(call.request, core, std::move(*target));
}

/// Of the endpoint, not of a session: it needs no credential.
net::Response status(const Core& core) {
  json::object value;
  value["ready"] = core.is_ready();
  value["message"] = core.is_ready() ? "sessions can be driven" : "the daemon takes no new sessions";
  json::object body;
  body["value"] = std::move(value);
  return json_response(200, body);
}

Task<Result<net::Response>> command(const Call& call, Core& core) {
  const std::string_view path = std::string_view(call.request.target.path).substr(endpoint.size());
  if (core.web_driver() == nullptr)
    co_return refusal(501, "unsupported operation", "this daemon has no WebDriver");
  if (path == cdp_path && call.request.wants_websocket) co_return co_await open_cdp(call, core);
  if (path == "/status" && call.request.method == "GET") co_return status(core);
  auto view = co_await session_of_headers(call, core);
  if (!view) co_return refusal_of(view.error());
  DriverCommand wanted;
  wanted.method = call.request.method;
  wanted.path = path;
  wanted.body = call.request.body;
  wanted.cdp_url = websocket_url_of(call.base_url)
                       .append(endpoint)
                       .append(cdp_path)
                       .append("?token=")
                       .append(cdp_token(call, **view));
  co_return co_await core.web_driver()->run((*view)->id, std::move(wanted));
}

/// A router's patterns are of one length each; the longest command has seven words below the endpoint.
constexpr std::array<std::string_view, 8> patterns = {
    "/webdriver/{a}",
    "/webdriver/{a}/{b}",
    "/webdriver/{a}/{b}/{c}",
    "/webdriver/{a}/{b}/{c}/{d}",
    "/webdriver/{a}/{b}/{c}/{d}/{e}",
    "/webdriver/{a}/{b}/{c}/{d}/{e}/{f}",
    "/webdriver/{a}/{b}/{c}/{d}/{e}/{f}/{g}",
    "/webdriver/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}",
};

}  // namespace

net::Response driver_error(DriverError error, std::string_view message) {
  const DriverErrorWords words = standard_words(error);
  return refusal(words.status, words.name, message);
}

std::span<const Route> web_driver_routes() {
  static const std::vector<Route> routes = [] {
    std::vector<Route> list;
    for (const std::string_view pattern : patterns)
      for (const std::string_view method : {"GET", "POST", "DELETE"})
        list.push_back({method, pattern, command, Access::open});
    return list;
  }();
  return routes;
}

}  // namespace greenroom::api
