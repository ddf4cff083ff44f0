#include "api/live.hpp"

#include "api/assets.hpp"

namespace greenroom::api {

using base::errc;
using base::Error;

namespace {
Task<Result<SharedView>> live_session(const Call& call, Core& core) {
  auto id = session_of_token(call, Scope::view, core.now());
  if (!id) co_return id.error();
  if (*id != call.path["id"]) co_return Error{errc::forbidden, "the token is another session's"};
  auto view = co_await core.find(std::move(*id));
  if (!view) co_return view.error();
  if ((*view)->state == session::State::ended) co_return Error{errc::gone, "the session has ended"};
  co_return view;
}

Task<Result<net::Response>> page(const Call& call, Core& core) {
  auto view = co_await live_session(call, core);
  if (!view) co_return view.error();
  co_return page_response(asset("view.html"));
}

Task<Result<net::Response>> picture(const Call& call, Core& core) {
  auto view = co_await live_session(call, core);
  if (!view) co_return view.error();
  auto taken = co_await core.picture((*view)->id);
  if (!taken) co_return taken.error();
  auto response = net::text_response(200, "image/jpeg", std::move(*taken));
  response.headers.set("cache-control", "no-store");
  co_return response;
}

constexpr Route routes[] = {
    {"GET", "/view/{id}", page, Access::open},
    {"GET", "/view/{id}/picture", picture, Access::open},
};
}  // namespace

std::span<const Route> live_routes() { return routes; }

std::string live_url(const Call& call, const session::SessionView& view, base::WallTime expires,
                     std::string_view goodbye) {
  std::string url =
      call.base_url + "/view/" + view.id + "?token=" + call.signer.sign(Scope::view, view.id, expires);
  if (!goodbye.empty()) url += "&goodbye=" + net::percent_encode(goodbye);
  return url;
}

}  // namespace greenroom::api
