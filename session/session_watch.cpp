// How a session watches its browser: its end, its silence, its clocks, and what it takes.
#include <algorithm>
#include <csignal>

#include "base/deadline.hpp"
#include "session/session.hpp"

namespace greenroom::session {

using base::Task;

Task<void> Session::watch_browser() {
  co_await base::keep_running_when_cancelled();
  const browser::BrowserExit exit = co_await browser_->exited();
  const bool was_killed = exit.status.signal == SIGKILL;
  const bool lacks_memory = was_killed && was_memory_short();
  gone_reason_ = lacks_memory ? EndReason::out_of_memory : EndReason::browser_crashed;
  if (!end_requested_ && view_->state != State::ended)
    log_.warning("browser ended", {{"status", exit.status.text()}, {"output", exit.last_output}});
  wake_.cancel();
}

/// Where its memory is not counted apart, the machine's count has to do: somebody was killed for want of it.
bool Session::was_memory_short() const {
  if (const auto kills = browser_->memory_kills()) return *kills > 0;
  return services_.memory_kills && services_.memory_kills() > memory_kills_;
}

/// A browser that hangs keeps its pipe open and says nothing: what is silent is asked, and must answer.
Task<void> Session::watch_pulse() {
  co_await base::keep_running_when_cancelled();
  const auto is_over = [this] { return gone_reason_ || view_->state == State::ended; };
  while (!is_over()) {
    const auto heard = browser_->switchboard().last_browser_message();
    const auto now = std::chrono::steady_clock::now();
    pulse_.expires_at(std::max(heard + options_.ping_interval, now + options_.ping_interval / 10));
    (void)co_await pulse_.async_wait(base::use_tuple);
    if (is_over()) co_return;
    if (browser_->switchboard().last_browser_message() != heard) continue;
    auto answer =
        co_await base::with_deadline(browser_->line().call("Browser.getVersion", json::object(), {}),
                                     options_.ping_deadline, "asking whether the browser lives");
    const bool is_silent = browser_->switchboard().last_browser_message() == heard;
    if (answer || is_over() || !is_silent) continue;
    log_.warning("browser does not answer", {{"why", answer.error().message()}});
    co_return request_end(EndReason::unresponsive);
  }
}

browser::ProcessRoots Session::processes() const {
  return browser_ ? browser_->processes() : browser::ProcessRoots{};
}

void Session::note_usage(const browser::Usage& usage) {
  if (services_.memory_kills) memory_kills_ = services_.memory_kills();
  if (usage.processes == 0) return;  // gone already: what was seen last stands
  usage_ = usage;
  auto next = std::make_shared<SessionView>(*view_);
  next->cpu = usage.cpu;
  next->memory = usage.memory;
  view_ = std::move(next);
  services_.on_change(view_);
}

/// A short session may never have been measured.
Task<void> Session::measure_last() {
  if (!services_.measure || !browser_ || gone_reason_) co_return;
  std::vector<browser::ProcessRoots> trees{processes()};
  const std::vector<browser::Usage> usage = co_await services_.measure(std::move(trees));
  if (!usage.empty()) note_usage(usage.front());
}

Deadlines Session::deadlines() const {
  if (view_->state != State::running || !browser_) return {};
  return deadlines_of(rules_, facts());
}

LifetimeFacts Session::facts() const {
  LifetimeFacts facts;
  facts.started = started_;
  facts.now = services_.clock.steady();
  facts.clients = clients_;
  facts.ever_connected = ever_connected_;
  facts.last_left = last_left_;
  facts.left_with_a_wish = left_with_a_wish_;
  facts.last_activity = std::max(browser_->switchboard().last_client_command(), last_touch_);
  if (pages_) facts.without_page_since = pages_->without_page_since();
  return facts;
}

}  // namespace greenroom::session
