// The routes of Chromium's own DevTools endpoints.
#pragma once

#include "api/dialect.hpp"

namespace greenroom::api {

std::span<const Route> devtools_routes();

/// The CDP websocket of a session's whole browser, with a token.
std::string browser_socket_url(const Call& call, const session::SessionView& view);

}  // namespace greenroom::api
