// Reading POST /v1/sessions/start: which browser is meant, and how it should be. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "net/http.hpp"
#include "session/spec.hpp"

namespace greenroom::api::stagehand {

struct StartRequest {
  /// The ways to name a browser.
  enum class Kind {
    fresh,      ///< a new session
    known,      ///< one that is there, by its id
    addressed,  ///< one that is there, by its CDP address
  };
  Kind kind = Kind::fresh;
  session::SessionSpec spec;  ///< fresh
  std::string session_id;     ///< known
  std::string cdp_url;        ///< addressed
  std::vector<std::string> ignored;
};

/// Errors: invalid_argument; unsupported for what this version cannot honour.
base::Result<StartRequest> parse_start(const net::Request& request, const std::string& own_project);

}  // namespace greenroom::api::stagehand
