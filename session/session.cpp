#include "session/session.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "base/deadline.hpp"
#include "session/record.hpp"

namespace greenroom::session {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
constexpr base::Milliseconds unready_patience{1'000};

EndReason reason_of(const Error& error) {
  if (error.code == errc::launch_timeout || error.code == errc::timed_out) return EndReason::launch_timeout;
  if (error.code == errc::storage_full) return EndReason::storage_full;
  return EndReason::launch_failed;
}
}  // namespace

Use::~Use() {
  if (session_ == nullptr) return;
  --session_->users_;
  session_->user_left_.notify_all();
}

Session::Session(const base::Executor& executor, SessionView first, SessionSpec spec,
                 const SessionOptions& options, const Services& services)
    : executor_(executor),
      spec_(std::move(spec)),
      options_(options),
      services_(services),
      log_(services.log.with("session", first.id)),
      rules_(options.lifetime),
      view_(std::make_shared<const SessionView>(std::move(first))),
      started_(services.clock.steady()),
      wake_(executor),
      pulse_(executor),
      settled_(executor),
      ready_(executor),
      final_(executor),
      recording_started_(executor),
      recording_settled_(executor),
      recording_stopped_(executor),
      user_left_(executor),
      tasks_(executor) {
  rules_.on_disconnect = spec_.on_disconnect;
  rules_.end_if_never_connected = spec_.end_if_never_connected;
  rules_.end_without_pages = spec_.end_without_pages;
  rules_.idle_without_clients = spec_.idle.has_value();
  rules_.idle = spec_.idle.value_or(rules_.idle);
  rules_.max_age = std::chrono::duration_cast<base::Milliseconds>(view_->expires_at - view_->started_at);
}

Session::~Session() = default;

void Session::request_end(EndReason reason) {
  if (!end_requested_ && reason == EndReason::requested && timeline_) timeline_->mark("api.end", {});
  if (!end_requested_) end_requested_ = reason;
  wake_.cancel();
}

Task<void> Session::run() {
  co_await base::keep_running_when_cancelled();
  EndReason reason = EndReason::launch_failed;
  // The session's root: a bug in one session ends that session and no other.
  try {
    const auto started = co_await start();
    if (started) {
      reason = co_await supervise();
    } else {
      reason = end_requested_.value_or(reason_of(started.error()));
      log_.warning("session did not start", {{"why", started.error().message()}});
    }
  } catch (const std::exception& bug) {
    log_.error("session failed", {{"why", bug.what()}});
    reason = EndReason::browser_crashed;
  }
  co_await finish(reason);
}

/// Answers as soon as a browser is there: what its clients need besides is made while the answer travels.
Task<Result<void>> Session::start() {
  if (services_.memory_kills) memory_kills_ = services_.memory_kills();
  auto taken = co_await take_browser();
  if (!taken) co_return taken.error();
  tasks_.spawn(watch_browser());
  launch_time_ = std::chrono::duration_cast<base::Milliseconds>(services_.clock.steady() - started_);
  // The clocks start when the session can be used: a slow launch costs its user nothing.
  const base::Milliseconds age = rules_.max_age;
  started_ = services_.clock.steady();
  publish([&](SessionView& view) {
    view.state = State::running;
    view.started_at = services_.clock.wall();
    view.expires_at = view.started_at + age;
  });
  settled_.set();
  tasks_.spawn(prepare());
  // Behind the answer: the row is there since before, and a daemon that dies now closes it at its next start.
  co_await save();
  log_.info("session running", {{"milliseconds", launch_time_->count()}, {"browser", browser_->version()}});
  tasks_.spawn(watch_pulse());
  co_return Result<void>();
}

Task<void> Session::prepare() {
  co_await base::keep_running_when_cancelled();
  const auto made = co_await make_ready();
  if (!made && !gone_reason_) {
    log_.warning("session not ready", {{"why", made.error().message()}});
    const errc code = made.error().code;
    request_end(code == errc::launch_failed ? EndReason::launch_failed
                : code == errc::timed_out   ? EndReason::unresponsive
                                            : EndReason::browser_crashed);
  }
  ready_.set();
  // Not waited for: a recording never holds its session up.
  if (view_->recorded && view_->state == State::running) {
    co_await give_way_to_clients();
    // Of one that has ended meanwhile the last picture is still to be had.
    if (!gone_reason_) co_await start_recording();
  }
  recording_started_.set();  // also when the session has ended before
}

Task<Result<void>> Session::make_ready() {
  auto made = co_await browser_->use_viewport(view_->viewport);
  if (made) made = co_await begin_companions();
  if (made) made = co_await start_timeline();
  if (made && spec_.end_without_pages) made = co_await watch_pages();
  if (made && spec_.record_dom.value_or(options_.record_dom)) co_await start_dom_recording();
  co_return made;
}

Task<Result<void>> Session::watch_pages() {
  pages_ = std::make_unique<PageWatch>(services_.clock, [this] { wake_.cancel(); });
  return pages_->follow(browser_->switchboard());
}

/// A recording has tabs and markers, and those are in the timeline too, whether or not the rest of it is
/// wanted. Dialogs are closed in any case.
Task<Result<void>> Session::start_timeline() {
  Timeline::Options options = options_.timeline_options;
  options.only_markers = !view_->logged;
  if (!view_->logged && !view_->recorded) options.queue_bound = 0;  // nothing is kept
  options.console = spec_.log_console.value_or(options.console);
  const Timeline::Sink sink{services_.timeline, services_.clock};
  timeline_ = std::make_unique<Timeline>(executor_, view_->id, sink, options, log_);
  timeline_->when_tab_changes([this] {
    if (recording_) recording_->cut();
  });
  json::object made;
  made["dialect"] = view_->dialect;
  timeline_->mark("api.create", made);
  return timeline_->follow(browser_->switchboard());
}

browser::Fingerprint Session::fingerprint() const {
  browser::Fingerprint fingerprint;
  fingerprint.engine = spec_.engine.value_or(options_.engine);
  fingerprint.headless = view_->headless;
  // A viewport that does not fit the usual screen needs a larger one.
  fingerprint.screen = browser::screen_for(view_->viewport, options_.screen);
  fingerprint.timezone = spec_.timezone;
  fingerprint.language = spec_.language;
  fingerprint.user_agent = spec_.user_agent;
  return fingerprint;
}

Task<void> Session::take_browser_into(Result<void>& outcome) {
  browser::Fingerprint wanted = fingerprint();
  if (auto prepared = co_await prepare_companions(wanted); !prepared) {
    outcome = prepared.error();
    wake_.cancel();
    co_return;
  }
  auto taken = co_await services_.take_browser(wanted);
  if (taken)
    browser_ = std::move(*taken);
  else
    outcome = taken.error();
  wake_.cancel();
}

/// Takes the browser while the row is being written. A launch that nobody wants any more is cancelled, and
/// what it may have made by then is still ours to stop.
Task<Result<void>> Session::take_browser() {
  Result<void> outcome;
  base::TaskGroup launch(executor_);
  launch.spawn(take_browser_into(outcome));
  const auto inserted = co_await services_.rows.insert(to_record(*view_));
  // A launch may be over before it was first waited for: its wake-up is then in the past.
  while (launch.size() > 0 && inserted && !end_requested_ && !browser_ && outcome) {
    wake_.expires_at(base::SteadyTime::max());
    (void)co_await wake_.async_wait(base::use_tuple);
  }
  if (end_requested_ || !inserted) launch.stop();
  co_await launch.join();
  if (!inserted) co_return inserted.error();
  if (end_requested_) co_return Error{errc::closed, "ended before its browser was there"};
  co_return outcome;
}

Task<Result<SharedView>> Session::extend(base::Milliseconds more) {
  if (view_->state != State::running) co_return Error{errc::gone, "the session has ended"};
  const base::Milliseconds age = rules_.max_age + more;
  if (more.count() <= 0 || age > options_.longest_age)
    co_return Error{
        errc::invalid_argument,
        "a session may last at most " + std::to_string(options_.longest_age.count() / 1000) + " seconds"};
  const Use use(*this);
  rules_.max_age = age;
  publish([&](SessionView& view) { view.expires_at = view.started_at + age; });
  wake_.cancel();
  co_await save();
  co_return view_;
}

Task<EndReason> Session::supervise() {
  for (;;) {
    if (end_requested_) co_return *end_requested_;
    if (gone_reason_) co_return *gone_reason_;
    const LifetimeVerdict verdict = judge_lifetime(rules_, facts());
    if (verdict.end) co_return *verdict.end;
    wake_.expires_at(verdict.look_again);
    (void)co_await wake_.async_wait(base::use_tuple);
  }
}

Task<void> Session::save() {
  const auto saved = co_await services_.rows.update(to_record(*view_));
  // The view is right all the same; a row that stays behind is closed at the next start.
  if (!saved) log_.error("row not saved", {{"why", saved.error().message()}});
}

Task<void> Session::finish(EndReason reason) {
  co_await base::disable_cancellation();
  // The row is final before any socket closes: a client that is cut asks at once what happened.
  publish([&](SessionView& view) {
    view.state = State::ended;
    view.end_reason = reason;
    view.ended_at = services_.clock.wall();
    if (view.recording == RecordingState::recording) view.recording = RecordingState::finalizing;
  });
  co_await save();
  log_.info("session ended", {{"reason", word(reason)}});
  final_.set();
  settled_.set();
  pulse_.cancel();
  if (browser_) browser_->switchboard().close_clients(close_reason(reason));
  if (live_) live_->close(close_reason(reason), word(reason));
  co_await measure_last();
  // What is still being made ready for clients may wait for a browser that does not answer.
  if (launch_time_) (void)co_await base::finishes_within(ready_.wait(), unready_patience);
  if (timeline_) {
    json::object why;
    why["reason"] = word(reason);
    timeline_->mark("session.ended", why);
    co_await timeline_->stop();
  }
  // Behind the wait above: their lines must outlive the call that opens them.
  if (pages_) pages_->stop();
  if (page_work_) page_work_->stop();
  if (dom_) co_await dom_->stop();
  co_await finish_recording();
  if (browser_) co_await stop_browser();
  co_await tasks_.join();
  // Clients' coroutines hold references into the browser: it goes last.
  while (users_ > 0) co_await user_left_.wait();
  if (live_) co_await live_->join();
  counters_ = counters();
  live_.reset();
  page_work_.reset();
  companions_.clear();  // some have lines to the browser
  browser_.reset();
}

}  // namespace greenroom::session
