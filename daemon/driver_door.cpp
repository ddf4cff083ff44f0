#include "daemon/driver_door.hpp"

#include <boost/json.hpp>

#include "browser/chrome_driver.hpp"
#include "cdp/discovery.hpp"

namespace greenroom::daemon {

namespace json = boost::json;
using base::Task;

namespace {

std::string socket_url(std::string_view path) {
  return "ws://" + std::string(browser::driver_host) + ":" + std::to_string(browser::browser_port) +
         std::string(path);
}

net::Response plain(unsigned status, std::string_view text) {
  return net::text_response(status, "text/plain; charset=utf-8", std::string(text));
}

constexpr std::string_view browser_path = "/devtools/browser/";
constexpr std::string_view page_path = "/devtools/page/";

Task<void> serve(session::SessionManager* sessions, std::string id,
                 std::unique_ptr<net::MessageStream> stream, session::ClientOptions options) {
  const auto session = sessions->use(id);
  if (!session) co_return;
  co_await (*session)->serve_client(std::move(stream), std::move(options));
}

}  // namespace

Task<net::Response> DriverDoor::handle(net::Request request) {
  const std::string_view path = request.target.path;
  if (request.wants_websocket) {
    if (path.starts_with(browser_path)) co_return client({});
    if (path.starts_with(page_path)) co_return client(std::string(path.substr(page_path.size())));
    co_return plain(404, "no such target");
  }
  if (path == "/json/version") co_return co_await version();
  if (path == "/json/list" || path == "/json") co_return co_await list();
  co_return plain(404, "not found");
}

Task<net::Response> DriverDoor::version() {
  const auto session = sessions_.use(session_id_);
  if (!session) co_return plain(404, "the session has ended");
  const auto version = (*session)->browser_version();
  if (!version) co_return plain(404, version.error().message());
  const std::string url = socket_url(std::string(browser_path) + session_id_);
  co_return net::text_response(200, "application/json", json::serialize(cdp::version_body(*version, url)));
}

Task<net::Response> DriverDoor::list() {
  const auto session = sessions_.use(session_id_);
  if (!session) co_return plain(404, "the session has ended");
  const auto targets = co_await (*session)->targets();
  if (!targets) co_return plain(500, targets.error().message());
  const auto link = [](std::string_view target) {
    return socket_url(std::string(page_path) + std::string(target));
  };
  co_return net::text_response(200, "application/json", json::serialize(cdp::list_body(*targets, link)));
}

net::Response DriverDoor::client(std::string target) const {
  net::Response response;
  response.status = 101;
  session::ClientOptions options;
  options.target = std::move(target);
  response.on_websocket = [sessions = &sessions_, id = session_id_,
                           options = std::move(options)](std::unique_ptr<net::MessageStream> stream) {
    return serve(sessions, id, std::move(stream), options);
  };
  return response;
}

net::Response DriverDoor::refuse(unsigned status, std::string_view why, const net::Target&) {
  return plain(status, why);
}

}  // namespace greenroom::daemon
