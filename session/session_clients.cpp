// What a session does for its clients: their websockets, and questions about its pages.
#include <utility>

#include <boost/json.hpp>

#include "base/deadline.hpp"
#include "session/session.hpp"

namespace greenroom::session {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
constexpr base::Milliseconds reason_patience{5'000};

/// Waits until the peer has gone; bounded by the stream's own closing deadline.
Task<void> close_and_wait(net::MessageStream& stream, net::CloseReason reason) {
  stream.close(std::move(reason));
  for (;;) {
    const auto message = co_await stream.read();
    if (!message) co_return;
  }
}
}  // namespace

Task<void> Session::serve_client(std::unique_ptr<net::MessageStream> stream, ClientOptions options) {
  co_await base::keep_running_when_cancelled();
  const Use use(*this);
  if (view_->state != State::running) {
    const net::CloseReason late =
        view_->end_reason ? close_reason(*view_->end_reason) : net::CloseReason{1013, "starting"};
    co_return co_await close_and_wait(*stream, late);
  }
  const std::uint64_t number = ++clients_ever_;
  if (!options.is_inside) {
    ++clients_;
    ever_connected_ = true;
    wake_.cancel();
  }
  co_await ready_.wait();
  note_client("client.joined", number);
  // A warm browser has said that its page is there when it was handed out.
  const bool is_first = !std::exchange(was_served_, true);
  if (options.target.empty() && !is_first) {
    const auto page = co_await browser_->ensure_page();
    if (!page) log_.warning("no page for a client", {{"why", page.error().message()}});
  }
  const auto end = co_await browser_->switchboard().serve_client(*stream, std::move(options.target));
  note_client("client.left", number);
  if (!options.is_inside) {
    --clients_;
    left_with_a_wish_ = options.keeps_session;
    last_left_ = services_.clock.steady();
    wake_.cancel();
  }
  net::CloseReason reason{1000, ""};
  if (!end) reason = {1011, end.error().message().substr(0, 120)};
  // The line hears of a browser's end first; why it ended is known a moment later.
  const bool is_gone = end ? *end == cdp::LineEnd::browser_gone : end.error().code == errc::closed;
  if (is_gone) (void)co_await base::finishes_within(final_.wait(), reason_patience);
  if (view_->end_reason) reason = close_reason(*view_->end_reason);
  co_await close_and_wait(*stream, reason);
}

void Session::note_client(std::string_view word, std::uint64_t number) {
  if (!timeline_) return;
  json::object who;
  who["client"] = number;
  timeline_->mark(word, who);
}

Task<Result<std::vector<cdp::TargetInfo>>> Session::targets() {
  if (view_->state != State::running) co_return Error{errc::gone, "the session has ended"};
  const Use use(*this);
  auto answer = co_await browser_->line().call("Target.getTargets", json::object(), {});
  if (!answer) co_return answer.error();
  co_return cdp::read_targets(*answer);
}

Result<json::object> Session::browser_version() const {
  if (view_->state != State::running) return Error{errc::gone, "the session has ended"};
  return browser_->version_info();
}

Task<void> Session::flush_timeline() {
  const Use use(*this);
  if (timeline_) co_await timeline_->flush();
}

}  // namespace greenroom::session
