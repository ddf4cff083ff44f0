// Reading Notte's requests. Pure; all of the provider's oddities on the way in are here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "net/http.hpp"
#include "session/cookie.hpp"
#include "session/manager.hpp"
#include "session/spec.hpp"

namespace greenroom::api::notte {

/// A start request, and the names of fields that were accepted without effect.
struct StartRequest {
  session::SessionSpec spec;
  std::vector<std::string> ignored;
};

/// POST /sessions/start. `spec.echo` keeps what every later answer says again.
/// Errors: invalid_argument, also for what this version cannot honour: clients repeat anything from 500 on.
base::Result<StartRequest> parse_start(std::string_view body);

struct ListRequest {
  session::ListFilter filter;  ///< one more than a page, to see whether there is a next one
  std::int64_t page = 1;
  std::int64_t page_size = 10;
};

/// GET /sessions. Errors: invalid_argument.
base::Result<ListRequest> parse_list(const net::Target& target);

/// POST …/cookies. Errors: invalid_argument; it names the cookie.
base::Result<std::vector<session::Cookie>> parse_cookies(std::string_view body);

/// "true", "True", "1" and the like. Errors: invalid_argument; it names the parameter.
base::Result<bool> parse_flag(const net::Target& target, std::string_view name, bool otherwise);

}  // namespace greenroom::api::notte
