// What a driver finds where it expects a browser's debugging port: the DevTools endpoints of one session.
#pragma once

#include <string>

#include "net/http_server.hpp"
#include "session/manager.hpp"

namespace greenroom::daemon {

/// Its websockets are clients of the session like any other: their commands are judged, logged and counted.
/// Lifetime the manager outlives it.
class DriverDoor final : public net::HttpHandler {
 public:
  DriverDoor(session::SessionManager& sessions, std::string session_id)
      : sessions_(sessions), session_id_(std::move(session_id)) {}

  base::Task<net::Response> handle(net::Request request) override;
  net::Response refuse(unsigned status, std::string_view why, const net::Target& target) override;

 private:
  base::Task<net::Response> version();
  base::Task<net::Response> list();
  net::Response client(std::string target) const;

  session::SessionManager& sessions_;
  std::string session_id_;
};

}  // namespace greenroom::daemon
