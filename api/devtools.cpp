// Chromium's own DevTools endpoints, behind a session's token: for clients that take an http address and look
// the websocket up themselves.
#include "api/devtools.hpp"

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/extensions.hpp"

namespace greenroom::api {

using base::errc;
using base::Error;

std::string browser_socket_url(const Call& call, const session::SessionView& view) {
  return websocket_url_of(call.base_url) + "/devtools/browser/" + view.id + "?token=" + cdp_token(call, view);
}

namespace {
std::string page_url(const Call& call, const session::SessionView& view, std::string_view target) {
  return websocket_url_of(call.base_url) + "/devtools/page/" + std::string(target) +
         "?token=" + cdp_token(call, view);
}

Task<Result<SharedView>> cdp_session(const Call& call, Core& core) {
  return live_session_of_token(call, core, Scope::cdp);
}

Task<Result<net::Response>> version(const Call& call, Core& core) {
  auto view = co_await cdp_session(call, core);
  if (!view) co_return view.error();
  auto version = core.browser_version((*view)->id);
  if (!version) co_return version.error();
  co_return json_response(200, cdp::version_body(*version, browser_socket_url(call, **view)));
}

Task<Result<net::Response>> list(const Call& call, Core& core) {
  auto view = co_await cdp_session(call, core);
  if (!view) co_return view.error();
  auto targets = co_await core.targets((*view)->id);
  if (!targets) co_return targets.error();
  const auto link = [&](std::string_view target) { return page_url(call, **view, target); };
  co_return json_response(200, cdp::list_body(*targets, link));
}

Task<Result<net::Response>> browser(const Call& call, Core& core) {
  auto view = co_await cdp_session(call, core);
  if (!view) co_return view.error();
  if (call.path["id"] != (*view)->id) co_return Error{errc::not_found, "browser"};
  if (!call.request.wants_websocket) co_return Error{errc::invalid_argument, "this address is a websocket's"};
  CdpTarget target{(*view)->id, {}};
  co_return cdp_response(call.request, core, std::move(target));
}

bool is_target_id(std::string_view text) {
  if (text.empty() || text.size() > 64) return false;
  for (const char c : text)
    if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f') || c == '-'))
      return false;
  return true;
}

Task<Result<net::Response>> page(const Call& call, Core& core) {
  auto view = co_await cdp_session(call, core);
  if (!view) co_return view.error();
  if (!is_target_id(call.path["target"])) co_return Error{errc::not_found, "page"};
  if (!call.request.wants_websocket) co_return Error{errc::invalid_argument, "this address is a websocket's"};
  auto targets = co_await core.targets((*view)->id);
  if (!targets) co_return targets.error();
  for (const cdp::TargetInfo& info : *targets)
    if (info.id == call.path["target"]) {
      CdpTarget target{(*view)->id, {info.id}};
      co_return cdp_response(call.request, core, std::move(target));
    }
  co_return Error{errc::not_found, "page"};
}

constexpr Route devtools_endpoints[] = {
    {"GET", "/json/version", version, Access::open},
    {"GET", "/json/list", list, Access::open},
    {"GET", "/json", list, Access::open},
    {"GET", "/devtools/browser/{id}", browser, Access::open},
    {"GET", "/devtools/page/{target}", page, Access::open},
};
}  // namespace

std::span<const Route> devtools_routes() { return devtools_endpoints; }

std::optional<std::string> token_of(const net::Target& target) {
  std::optional<std::string> token = target.parameter("token");
  for (const Dialect* dialect : all_dialects())
    if (!token && !dialect->token_parameter.empty()) token = target.parameter(dialect->token_parameter);
  return token;
}

base::Result<std::string> session_of_token(const Call& call, Scope scope, base::WallTime now) {
  const auto token = token_of(call.request.target);
  if (!token) return Error{errc::unauthenticated, "the address needs a session's token"};
  return call.signer.verify(scope, *token, now);
}

net::Response cdp_response(const net::Request& request, Core& core, CdpTarget target) {
  if (const Extensions* extensions = core.extensions())
    target.options.is_inside = extensions->is_of_session(target.session_id, request.header("origin"));
  net::Response response;
  response.status = 101;
  response.on_websocket = [&core, target = std::move(target)](std::unique_ptr<net::MessageStream> stream) {
    return core.serve_client(target.session_id, std::move(stream), target.options);
  };
  return response;
}

}  // namespace greenroom::api
