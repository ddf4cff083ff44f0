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

EndReason reason_of(const Error& error) {
  if (error.code == errc::launch_timeout || error.code == errc::timed_out) return EndReason::launch_timeout;
  if (error.code == errc::storage_full) return EndReason::storage_full;
  return EndReason::launch_failed;
}

/// Waits until the peer has gone; bounded by the stream's own closing deadline.
Task<void> close_and_wait(net::MessageStream& stream, net::CloseReason reason) {
  stream.close(std::move(reason));
  for (;;) {
    const auto message = co_await stream.read();
    if (!message) co_return;
  }
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
      settled_(executor),
      final_(executor),
      recording_started_(executor),
      recording_settled_(executor),
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

Task<Result<void>> Session::start() {
  auto inserted = co_await services_.rows.insert(to_record(*view_));
  if (!inserted) co_return inserted.error();
  auto taken = co_await take_browser();
  if (!taken) co_return taken.error();
  tasks_.spawn(watch_browser());
  auto sized = co_await browser_->use_viewport(view_->viewport);
  if (!sized) co_return Error{errc::launch_failed, sized.error().message()};
  auto followed = co_await follow();
  if (!followed) co_return Error{errc::launch_failed, followed.error().message()};
  // Not waited for: a recording never holds its session up.
  if (view_->recorded) tasks_.spawn(start_recording());
  launch_time_ = std::chrono::duration_cast<base::Milliseconds>(services_.clock.steady() - started_);
  // The clocks start when the session can be used: a slow launch costs its user nothing.
  const base::Milliseconds age = rules_.max_age;
  started_ = services_.clock.steady();
  publish([&](SessionView& view) {
    view.state = State::running;
    view.started_at = services_.clock.wall();
    view.expires_at = view.started_at + age;
  });
  co_await save();
  log_.info("session running", {{"milliseconds", launch_time_->count()}, {"browser", browser_->version()}});
  settled_.set();
  co_return Result<void>();
}

/// What listens to the browser on lines of its own.
Task<Result<void>> Session::follow() {
  if (view_->logged) {
    const Timeline::Sink sink{services_.timeline, services_.clock};
    timeline_ = std::make_unique<Timeline>(executor_, view_->id, sink, options_.timeline_options, log_);
    auto followed = co_await timeline_->follow(browser_->switchboard());
    if (!followed) co_return followed.error();
  }
  if (spec_.end_without_pages) {
    pages_ = std::make_unique<PageWatch>(services_.clock, [this] { wake_.cancel(); });
    auto followed = co_await pages_->follow(browser_->switchboard());
    if (!followed) co_return followed.error();
  }
  co_return Result<void>();
}

browser::Fingerprint Session::fingerprint() const {
  browser::Fingerprint fingerprint;
  fingerprint.headless = view_->headless;
  fingerprint.language = spec_.language;
  fingerprint.user_agent = spec_.user_agent;
  fingerprint.screen = options_.screen;
  // A viewport that does not fit the usual screen needs a display of its own size.
  fingerprint.screen.width = std::max(fingerprint.screen.width, view_->viewport.width);
  fingerprint.screen.height = std::max(fingerprint.screen.height, view_->viewport.height);
  return fingerprint;
}

Task<void> Session::take_browser_into(Result<void>& outcome) {
  const browser::Fingerprint wanted = fingerprint();
  auto taken = co_await services_.take_browser(wanted);
  if (taken)
    browser_ = std::move(*taken);
  else
    outcome = taken.error();
  wake_.cancel();
}

/// A launch that nobody wants any more is cancelled, and what it may have made by then is still ours to stop.
Task<Result<void>> Session::take_browser() {
  Result<void> outcome;
  base::TaskGroup launch(executor_);
  launch.spawn(take_browser_into(outcome));
  // A launch may be over before it was first waited for: its wake-up is then in the past.
  while (launch.size() > 0 && !end_requested_ && !browser_ && outcome) {
    wake_.expires_at(base::SteadyTime::max());
    (void)co_await wake_.async_wait(base::use_tuple);
  }
  if (end_requested_) launch.stop();
  co_await launch.join();
  if (end_requested_) co_return Error{errc::closed, "ended before its browser was there"};
  co_return outcome;
}

Task<void> Session::start_recording() {
  co_await base::keep_running_when_cancelled();
  Error failure{errc::unsupported, "headless sessions are not recorded yet"};
  if (browser_->display() != nullptr) {
    auto recording = co_await services_.start_recording(view_->id, *browser_->display());
    if (recording)
      recording_ = std::move(*recording);
    else
      failure = recording.error();
  }
  const bool works = recording_ != nullptr;
  if (!works) log_.warning("no recording", {{"why", failure.message()}});
  publish([&](SessionView& view) {
    if (works) return;
    view.recording = RecordingState::failed;
    view.recording_error = failure.message();
  });
  recording_started_.set();
  if (!works) recording_settled_.set();
}

Task<void> Session::watch_browser() {
  co_await base::keep_running_when_cancelled();
  const browser::BrowserExit exit = co_await browser_->exited();
  browser_gone_ = true;
  if (!end_requested_ && view_->state != State::ended)
    log_.warning("browser ended", {{"status", exit.status.text()}, {"output", exit.last_output}});
  wake_.cancel();
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

Task<EndReason> Session::supervise() {
  for (;;) {
    if (end_requested_) co_return *end_requested_;
    if (browser_gone_) co_return EndReason::browser_crashed;
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
  if (browser_) browser_->switchboard().close_clients(close_reason(reason));
  if (timeline_) co_await timeline_->stop();
  if (pages_) pages_->stop();
  if (page_work_) page_work_->stop();
  co_await finish_recording();
  if (browser_) co_await browser_->stop();
  co_await tasks_.join();
  // Clients' coroutines hold references into the browser: it goes last.
  while (users_ > 0) co_await user_left_.wait();
  counters_ = counters();
  page_work_.reset();
  browser_.reset();
}

Task<void> Session::finish_recording() {
  // A start that is still under way is bounded by the recorder.
  if (view_->recorded && launch_time_) co_await recording_started_.wait();
  if (recording_) {
    co_await recording_->finish(options_.recording_finish);
    const bool ready = recording_->state() == recorder::RecordingState::ready;
    publish([&](SessionView& view) {
      view.recording = ready ? RecordingState::ready : RecordingState::failed;
      if (!ready) view.recording_error = recording_->failure();
    });
    co_await save();
    recorder_stats_ = recorder_stats();
    recording_.reset();
  }
  recording_settled_.set();
}

Task<void> Session::serve_client(std::unique_ptr<net::MessageStream> stream, ClientOptions options) {
  co_await base::keep_running_when_cancelled();
  const Use use(*this);
  if (view_->state != State::running) {
    const net::CloseReason late =
        view_->end_reason ? close_reason(*view_->end_reason) : net::CloseReason{1013, "starting"};
    co_return co_await close_and_wait(*stream, late);
  }
  ++clients_;
  ever_connected_ = true;
  wake_.cancel();
  if (options.target.empty()) {
    const auto page = co_await browser_->ensure_page();
    if (!page) log_.warning("no page for a client", {{"why", page.error().message()}});
  }
  const auto end = co_await browser_->switchboard().serve_client(*stream, std::move(options.target));
  --clients_;
  left_with_a_wish_ = options.keeps_session;
  last_left_ = services_.clock.steady();
  wake_.cancel();
  net::CloseReason reason{1000, ""};
  if (!end) reason = {1011, end.error().message().substr(0, 120)};
  if (end && *end == cdp::LineEnd::browser_gone) co_await final_.wait();
  if (view_->end_reason) reason = close_reason(*view_->end_reason);
  co_await close_and_wait(*stream, reason);
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

Task<Result<Picture>> Session::picture() {
  if (view_->state != State::running) co_return Error{errc::gone, "the session has ended"};
  const Use use(*this);
  if (!recording_)
    co_return Error{errc::unavailable, "pictures come from the recording, and this session has none"};
  constexpr int quality = 70;
  auto taken = co_await recording_->snapshot(quality);
  if (!taken) co_return taken.error();
  Picture picture;
  picture.jpeg = std::move(taken->jpeg);
  picture.size = {taken->width, taken->height};
  co_return picture;
}

Task<Result<page::Pages*>> Session::pages() {
  if (view_->state != State::running) co_return Error{errc::closed, "the session has ended"};
  const Use use(*this);
  // Somebody uses it, though not by a socket.
  rules_.end_if_never_connected = false;
  touch();
  auto page = co_await browser_->ensure_page();
  if (!page) co_return page.error();
  if (view_->state != State::running) co_return Error{errc::closed, "the session has ended"};
  if (!page_work_) page_work_ = std::make_unique<page::Pages>(executor_, browser_->switchboard(), log_);
  co_return page_work_.get();
}

void Session::note(std::string_view word, const json::object& params) {
  if (timeline_ && view_->logged) timeline_->mark(word, params);
}

Task<void> Session::flush_timeline() {
  const Use use(*this);
  if (timeline_) co_await timeline_->flush();
}

}  // namespace greenroom::session
