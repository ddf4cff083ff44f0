// What a session does for people who look at it.
#include <utility>

#include "session/session.hpp"

namespace greenroom::session {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
/// Hands move many times a second; the idle clock does not need to know so exactly.
constexpr base::Milliseconds touch_interval{1'000};

net::CloseReason late_reason(const SessionView& view) {
  return view.end_reason ? close_reason(*view.end_reason) : net::CloseReason{1013, "starting"};
}

std::string_view end_word(const SessionView& view) {
  return view.end_reason ? word(*view.end_reason) : std::string_view();
}
}  // namespace

Task<void> Session::serve_viewer(std::unique_ptr<net::MessageStream> stream, LiveViewer viewer) {
  co_await base::keep_running_when_cancelled();
  const Use use(*this);
  if (view_->state == State::running) co_await ready_.wait();
  if (view_->state != State::running)
    co_return co_await LiveRoom::turn_away(*stream, late_reason(*view_), end_word(*view_));
  if (!live_) {
    const PageSize usual{static_cast<double>(view_->viewport.width),
                         static_cast<double>(view_->viewport.height)};
    live_ = std::make_unique<LiveRoom>(executor_, browser_->switchboard(), usual, live_hooks(), log_);
  }
  co_await live_->serve(*stream, std::move(viewer));
}

LiveRoom::Hooks Session::live_hooks() {
  LiveRoom::Hooks hooks;
  hooks.screen = [this]() -> Task<Result<std::string>> {
    auto taken = co_await picture();
    if (!taken) co_return taken.error();
    co_return std::move(taken->jpeg);
  };
  hooks.front = [this] { return timeline_ ? timeline_->front() : std::string(); };
  hooks.did = [this](const cdp::ClientCommand& command) { on_hands(command); };
  hooks.mark = [this](std::string_view word, const json::object& params) {
    if (timeline_) timeline_->mark(word, params);
  };
  return hooks;
}

void Session::on_hands(const cdp::ClientCommand& command) {
  // Somebody uses it, though not by a client's socket.
  rules_.end_if_never_connected = false;
  if (services_.clock.steady() - last_touch_ >= touch_interval) touch();
  if (timeline_) timeline_->note_command(command);
  on_command(command);
}

}  // namespace greenroom::session
