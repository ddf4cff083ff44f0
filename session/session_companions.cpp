// How a session leads what it carries through its life.
#include "session/session.hpp"

namespace greenroom::session {

using base::Result;
using base::Task;

Task<Result<void>> Session::prepare_companions(browser::Fingerprint& wanted) {
  for (const auto& companion : companions_) {
    auto prepared = co_await companion->prepare(*this, wanted);
    if (!prepared) co_return prepared.error();
  }
  co_return Result<void>();
}

Task<Result<void>> Session::begin_companions() {
  for (const auto& companion : companions_) {
    auto begun = co_await companion->begin(*this, *browser_);
    if (!begun) co_return begun.error();
  }
  co_return Result<void>();
}

/// The last that came goes first.
Task<void> Session::stop_browser() {
  // One that is still beginning waits for a browser that does not answer, and will be let go by its end.
  if (ready_.is_set() && browser_->is_running()) {
    for (auto companion = companions_.rbegin(); companion != companions_.rend(); ++companion)
      co_await (*companion)->before_stop(*browser_);
  }
  if (!companions_.empty()) browser_->when_exited([this] { return after_exit(); });
  co_await browser_->stop();
  // The row became final before the last of them was counted.
  if (view_->proxy_bytes > 0) co_await save();
}

Task<void> Session::after_exit() {
  for (auto companion = companions_.rbegin(); companion != companions_.rend(); ++companion)
    co_await (*companion)->after_exit(*browser_);
}

void Session::add_proxy_bytes(std::int64_t bytes) {
  if (bytes <= 0) return;
  auto next = std::make_shared<SessionView>(*view_);
  next->proxy_bytes += bytes;
  view_ = std::move(next);
  services_.on_change(view_);
}

}  // namespace greenroom::session
