// WebDriver (W3C) for the browsers of sessions. Its endpoint is one address for all sessions; which one is
// meant is in a header of every request.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/task.hpp"
#include "net/http.hpp"

namespace greenroom::api {

struct Route;

/// One command of a WebDriver client.
struct DriverCommand {
  std::string method;
  std::string path;  ///< below the endpoint, as sent: "/session/1/url"
  std::string body;
  std::string cdp_url;  ///< of the session's browser, for clients that want CDP besides
};

class WebDriver {
 public:
  virtual ~WebDriver() = default;

  /// Runs a command in a live session's browser. Every answer is WebDriver's own, failures too.
  /// Cancel   when the client hangs up; what the browser was told to do goes on.
  virtual base::Task<net::Response> run(std::string session_id, DriverCommand command) = 0;
};

/// The kinds of failure that are said here and not by a driver (W3C WebDriver §6.6).
enum class DriverError {
  invalid_argument,
  invalid_session_id,
  session_not_created,
  timeout,
  unknown_command,
  unknown_error,
  unsupported_operation,
};

/// {"value": {"error", "message", "stacktrace"}} with that error's status.
net::Response driver_error(DriverError error, std::string_view message);

/// The headers in which requests may carry their session's token, in lower case.
std::span<const std::string_view> driver_token_headers();

/// The endpoint's routes: "/webdriver/…".
std::span<const Route> web_driver_routes();

}  // namespace greenroom::api
