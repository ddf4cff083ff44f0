#include "api/live.hpp"

#include "api/answers.hpp"
#include "api/assets.hpp"
#include "base/deadline.hpp"
#include "base/task_group.hpp"

namespace greenroom::api {

using base::errc;
using base::Error;

namespace {
Task<Result<SharedView>> live_session(const Call& call, Core& core) {
  const auto id = session_of_token(call, Scope::view, core.now());
  if (!id) co_return id.error();
  if (*id != call.path["id"]) co_return Error{errc::forbidden, "the token is another session's"};
  co_return co_await live_session_of_token(call, core, Scope::view);
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

constexpr Route routes[] = {
    {"GET", "/view/{id}", page, Access::open},
    {"GET", "/view/{id}/picture", picture, Access::open},
};
}  // namespace

std::span<const Route> live_routes() { return routes; }

net::Response pictures_response(Core& core, std::string session_id) {
  net::Response response;
  response.status = 101;
  response.websocket_limits.sends_binary = true;
  response.on_websocket = [&core, id = std::move(session_id)](std::unique_ptr<net::MessageStream> stream) {
    return serve_pictures(core, id, std::move(stream));
  };
  return response;
}

std::string live_url(const Call& call, const session::SessionView& view, base::WallTime expires,
                     std::string_view goodbye) {
  std::string url =
      call.base_url + "/view/" + view.id + "?token=" + call.signer.sign(Scope::view, view.id, expires);
  if (!goodbye.empty()) url += "&goodbye=" + net::percent_encode(goodbye);
  return url;
}

}  // namespace greenroom::api
