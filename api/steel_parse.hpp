// Steel's requests as neutral terms. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/dialect.hpp"

namespace greenroom::api::steel {

struct CreateRequest {
  session::SessionSpec spec;
  std::vector<std::string> ignored;
};

/// POST /v1/sessions; an empty body wishes nothing. Errors: invalid_argument, unsupported.
Result<CreateRequest> parse_create(std::string_view body);

/// GET /v1/sessions. Errors: invalid_argument.
Result<session::ListFilter> parse_list(const net::Target& target);

/// Whether the session's creator wanted its live page to take input. True for sessions of other APIs.
bool is_interactive(const session::SessionView& view);

}  // namespace greenroom::api::steel
