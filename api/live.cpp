#include "api/live.hpp"

#include "api/answers.hpp"
#include "api/assets.hpp"
#include "api/live_input.hpp"
#include "base/deadline.hpp"
#include "base/task_group.hpp"

namespace greenroom::api {

using base::errc;
using base::Error;

namespace {
/// What a request's token is good for. Control includes looking.
struct Permit {
  Scope scope = Scope::view;
  std::string token;
};

Result<Permit> permit_of(const Call& call, const Core& core) {
  const auto token = token_of(call.request.target);
  if (!token) return Error{errc::unauthenticated, "the address needs a session's token"};
  Permit permit{Scope::control, *token};
  auto id = call.signer.verify(permit.scope, *token, core.now());
  if (!id && id.error().code == errc::forbidden) {  // of another scope
    permit.scope = Scope::view;
    id = call.signer.verify(permit.scope, *token, core.now());
  }
  if (!id) return id.error();
  if (*id != call.path["id"]) return Error{errc::forbidden, "the token is another session's"};
  return permit;
}

Task<Result<SharedView>> live_session(const Call& call, Core& core) {
  const auto permit = permit_of(call, core);
  if (!permit) co_return permit.error();
  co_return co_await live_session_of(call, core, permit->scope, permit->token);
}

/// Says so to a person, and to the page around it.
net::Response over_response(const Error& error, std::string_view word) {
  auto response = page_response(asset("view.html"), Framing::allowed);
  response.status = http_status(error.code);
  const std::string_view mark = "<body";
  response.body.insert(response.body.find(mark) + mark.size(), " data-over=\"" + std::string(word) + "\"");
  response.headers.set("cache-control", "no-store");
  return response;
}

/// Programs that only ask get the error as every route's; a browser shows a page.
bool wants_page(const net::Request& request) {
  return request.header("accept").find("text/html") != std::string_view::npos;
}

Task<Result<net::Response>> page(const Call& call, Core& core) {
  const bool for_person = wants_page(call.request);
  const auto permit = permit_of(call, core);
  if (!permit && for_person)
    co_return over_response(permit.error(), permit.error().code == errc::gone ? "expired" : "refused");
  auto view = co_await live_session(call, core);
  if (!view && for_person) co_return over_response(view.error(), "ended");
  if (!view) co_return view.error();
  co_return page_response(asset("view.html"), Framing::allowed);
}

/// Whether there is still something to see: what a page asks that lost its websocket.
Task<Result<net::Response>> facts(const Call& call, Core& core) {
  auto view = co_await live_session(call, core);
  if (!view) co_return view.error();
  json::object out;
  out["state"] = session::word((*view)->state);
  co_return json_response(200, out);
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

Task<Result<net::Response>> socket(const Call& call, Core& core) {
  auto view = co_await live_session(call, core);
  if (!view) co_return view.error();
  const auto permit = permit_of(call, core);
  if (!permit) co_return permit.error();
  if (!call.request.wants_websocket) co_return Error{errc::invalid_argument, "this address is a websocket's"};
  LiveInput* input = core.live_input();
  if (input == nullptr) co_return Error{errc::unsupported, "this daemon shows no live pages"};
  session::LiveViewer viewer;
  viewer.may_control = permit->scope == Scope::control && call.request.target.parameter("interactive") != "0";
  viewer.tab = call.request.target.parameter("tab").value_or("");
  viewer.is_still_allowed = [&signer = call.signer, &core, permit = *permit] {
    return signer.verify(permit.scope, permit.token, core.now()).has_value();
  };
  net::Response response;
  response.status = 101;
  response.websocket_limits.sends_binary = true;
  response.websocket_limits.message = base::Bytes{session::live_message_limit};
  response.on_websocket = [input, id = (*view)->id, viewer](std::unique_ptr<net::MessageStream> stream) {
    return input->serve(id, std::move(stream), viewer);
  };
  co_return response;
}

constexpr base::Milliseconds picture_interval{250};

/// What a viewer says is of no interest; that it has gone is.
Task<void> watch_viewer(net::MessageStream& stream, base::Event& gone) {
  co_await base::keep_running_when_cancelled();
  for (;;) {
    const auto message = co_await stream.read();
    if (!message) break;
  }
  gone.set();
}

Task<void> send_pictures(Core& core, std::string id, net::MessageStream& stream, base::Event& gone) {
  std::string last;
  while (!gone.is_set()) {
    auto picture = co_await core.picture(id);
    const bool is_over = !picture && picture.error().code != errc::unavailable;
    if (is_over) co_return stream.close({1000, "the session has ended"});
    // The newest one or none: what a viewer has not taken yet is not added to.
    if (picture && *picture != last && stream.queued().count == 0) {
      last = *picture;
      stream.send(std::move(*picture));
    }
    (void)co_await base::finishes_within(gone.wait(), picture_interval);
  }
}

Task<void> serve_pictures(Core& core, std::string id, std::unique_ptr<net::MessageStream> stream) {
  co_await base::keep_running_when_cancelled();
  const base::Executor executor = co_await base::asio::this_coro::executor;
  base::Event gone(executor);
  base::TaskGroup reader(executor);
  reader.spawn(watch_viewer(*stream, gone));
  co_await send_pictures(core, std::move(id), *stream, gone);
  stream->close({1000, ""});
  co_await reader.join();
}

constexpr Route live_endpoints[] = {
    {"GET", "/view/{id}", page, Access::open},
    {"GET", "/view/{id}/facts", facts, Access::open},
    {"GET", "/view/{id}/picture", picture, Access::open},
    {"GET", "/view/{id}/socket", socket, Access::open},
};
}  // namespace

std::span<const Route> live_routes() { return live_endpoints; }

net::Response pictures_response(Core& core, std::string session_id) {
  net::Response response;
  response.status = 101;
  response.websocket_limits.sends_binary = true;
  response.on_websocket = [&core, id = std::move(session_id)](std::unique_ptr<net::MessageStream> stream) {
    return serve_pictures(core, id, std::move(stream));
  };
  return response;
}

std::string live_url(const Call& call, const session::SessionView& view, const LiveLink& link) {
  std::string url =
      call.base_url + "/view/" + view.id + "?token=" + call.signer.sign(link.scope, view.id, link.expires);
  if (!link.tab.empty()) url += "&tab=" + net::percent_encode(link.tab);
  if (!link.goodbye.empty()) url += "&goodbye=" + net::percent_encode(link.goodbye);
  return url;
}

}  // namespace greenroom::api
