// Reading Browserbase's requests. Pure; all of the provider's oddities on the way in are here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "net/http.hpp"
#include "session/manager.hpp"
#include "session/spec.hpp"

namespace greenroom::api::browserbase {

/// A create request, and the names of fields that were accepted without effect.
struct CreateRequest {
  session::SessionSpec spec;
  std::vector<std::string> ignored;
};

/// POST /v1/sessions. Errors: invalid_argument; unsupported for what this version cannot honour.
base::Result<CreateRequest> parse_create(std::string_view body, const std::string& own_project);

/// POST /v1/sessions/{id}: the only update there is asks for the release. Errors: invalid_argument.
base::Result<void> parse_update(std::string_view body);

/// The query of GET /v1/sessions: `status` and `q`. Errors: invalid_argument.
base::Result<session::ListFilter> parse_list(const net::Target& target);

/// "user_metadata['a']['b']:'value'" into path and value. False if it is not of that form.
bool parse_metadata_query(std::string_view text, std::vector<std::string>& path, std::string& value);

}  // namespace greenroom::api::browserbase
