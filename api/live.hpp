// The routes of the live page: people who have its link look at a session, and act in it if the link says so.
#pragma once

#include <string>

#include "api/dialect.hpp"

namespace greenroom::api {

std::span<const Route> live_routes();

/// The connection becomes a websocket that gets the session's pictures, one binary JPEG a message, whenever
/// there is another one. A viewer that is slow misses some; it never slows the session.
net::Response pictures_response(Core& core, std::string session_id);

/// What a link to the live page is for.
struct LiveLink {
  base::WallTime expires;
  Scope scope = Scope::control;   ///< or Scope::view, which takes no input
  std::string_view goodbye = {};  ///< what the page posts to its parent window when there is no more to see
  std::string_view tab = {};      ///< a CDP target: the only one that it shows; empty: whichever is in front
};

/// The page's address. It holds a '?', so that callers may add parameters of their own.
std::string live_url(const Call& call, const session::SessionView& view, const LiveLink& link);

}  // namespace greenroom::api
