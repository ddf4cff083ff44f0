// The routes of the live picture: a page that anybody with its link may look at, and the picture in it.
#pragma once

#include <string>

#include "api/dialect.hpp"

namespace greenroom::api {

std::span<const Route> live_routes();

/// The connection becomes a websocket that gets the session's pictures, one binary JPEG a message, whenever
/// there is another one. A viewer that is slow misses some; it never slows the session.
net::Response pictures_response(Core& core, std::string session_id);

/// The page's address. It holds a '?', so that callers may add parameters of their own. `goodbye`: the text
/// that the page posts to its parent window when the session has ended; may be empty.
std::string live_url(const Call& call, const session::SessionView& view, base::WallTime expires,
                     std::string_view goodbye);

}  // namespace greenroom::api
