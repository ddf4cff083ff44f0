// The half of Session that deals with its recording, which must never hurt the rest.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include <boost/json.hpp>

#include "base/apart.hpp"
#include "base/deadline.hpp"
#include "cdp/envelope.hpp"
#include "session/session.hpp"

namespace greenroom::session {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
/// A raw JSON number as a place in a page; nothing for what is beyond every page.
std::optional<int> pixels(std::string_view value) {
  constexpr double far = 1e6;
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || std::abs(number) > far)
    return std::nullopt;
  return static_cast<int>(number);
}
}  // namespace

/// Pages that open before the answer are attached all the same: nothing is lost by not waiting longer.
Task<void> Session::start_dom_recording() {
  if (options_.dom.script.empty() || options_.dom.files == nullptr) co_return;
  DomRecorder::Options options = options_.dom;
  options.directory = options_.dom_directory + "/" + view_->id;
  dom_ = std::make_unique<DomRecorder>(executor_, std::move(options), log_);
  const auto followed = co_await dom_->follow(browser_->switchboard());
  if (!followed) log_.warning("no DOM recording", {{"why", followed.error().message()}});
}

/// Another process that starts takes time from a client's first page. A picture may be late by the interval
/// of pictures anyway: the first one, too.
Task<void> Session::give_way_to_clients() {
  constexpr std::chrono::milliseconds second{1000};
  const auto interval = second / std::max(1, spec_.record_fps.value_or(options_.record_fps));
  const auto patience = std::min<std::chrono::milliseconds>(interval, options_.recording_delay);
  if (patience.count() > 0) (void)co_await base::finishes_within(final_.wait(), patience);
}

Task<Result<void>> Session::try_recording() {
  RecordingRequest request;
  request.session_id = view_->id;
  request.frames_per_second = spec_.record_fps.value_or(options_.record_fps);
  request.quality = spec_.record_quality.value_or(options_.record_quality);
  request.on_mark = [this](const recorder::RecordingMark& mark) { mark_recording(mark); };
  if (browser_->display() != nullptr) {
    request.display = *browser_->display();
    if (shows_pointer())
      browser_->switchboard().on_client_command(
          [this](const cdp::ClientCommand& command) { on_command(command); });
  } else {
    recorder::ScreencastOptions wanted;
    wanted.frames_per_second = request.frames_per_second;
    wanted.quality = recorder::jpeg_quality(request.quality);
    wanted.max_width = options_.screen.width;
    wanted.max_height = options_.screen.height;
    auto screencast = co_await recorder::Screencast::start(browser_->switchboard(), wanted, log_);
    if (!screencast) co_return screencast.error();
    screencast_ = std::move(*screencast);
    browser_->switchboard().on_client_command(
        [this](const cdp::ClientCommand& command) { on_command(command); });
    request.frames = screencast_.get();
  }
  auto recording = co_await services_.start_recording(std::move(request));
  if (!recording) co_return recording.error();
  recording_ = std::move(*recording);
  co_return Result<void>();
}

/// A page that a client's emulation keeps visible does not tell that it comes to the front.
void Session::on_command(const cdp::ClientCommand& command) {
  if (shows_pointer()) show_pointer(command);
  if (!screencast_) return;
  if (command.method == "Page.bringToFront") screencast_->raise(command.target_id);
  if (command.method == "Target.activateTarget")
    screencast_->raise(cdp::plain_string(cdp::member(command.params, "targetId")));
}

/// A page begins in the corner of what is recorded, and on a display its pixels are the screen's.
void Session::show_pointer(const cdp::ClientCommand& command) {
  if (!recording_ || command.method != "Input.dispatchMouseEvent") return;
  const std::string front = timeline_ ? timeline_->front() : std::string();
  if (!front.empty() && !command.target_id.empty() && command.target_id != front) return;
  const std::optional<int> x = pixels(cdp::member(command.params, "x"));
  const std::optional<int> y = pixels(cdp::member(command.params, "y"));
  if (x && y) recording_->point(*x, *y);
}

Task<void> Session::start_recording() {
  co_await base::keep_running_when_cancelled();
  const auto tried = co_await try_recording();
  const Error failure = tried ? Error{} : tried.error();
  const bool works = recording_ != nullptr;
  if (!works) log_.warning("no recording", {{"why", failure.message()}});
  publish([&](SessionView& view) {
    if (works) return;
    view.recording = RecordingState::failed;
    view.recording_error = recording_failure(failure);
  });
  recording_started_.set();
  if (works) {
    tasks_.spawn(watch_recording());
  } else {
    mark_recording_failure();
    recording_settled_.set();
  }
}

/// A recording that fails while its session runs is said to have failed at once.
Task<void> Session::watch_recording() {
  co_await base::keep_running_when_cancelled();
  const auto is_open = [this] {
    const auto state = recording_->state();
    return state == recorder::RecordingState::recording || state == recorder::RecordingState::finalizing;
  };
  while (recording_ && is_open()) co_await recording_->changed();
  if (!recording_ || recording_->state() != recorder::RecordingState::failed || recording_is_stopping_)
    co_return;
  if (view_->state == State::ended) co_return;  // finish_recording() tells it
  const Error failure{errc::io, recording_->failure()};
  publish([&](SessionView& view) {
    view.recording = RecordingState::failed;
    view.recording_error = recording_failure(failure);
  });
  mark_recording_failure();
  recording_settled_.set();
  co_await save();
}

/// A viewer should know why the picture changed; how it ended is said in other words.
void Session::mark_recording(const recorder::RecordingMark& mark) {
  if (!timeline_ || mark.kind == recorder::RecordingMark::Kind::stopped) return;
  json::object what;
  what["why"] = mark.why;
  timeline_->mark("recording." + std::string(recorder::name(mark.kind)), what);
}

void Session::mark_recording_failure() {
  if (!timeline_) return;
  json::object why;
  why["reason"] = recording_failure_reason(view_->recording_error);
  timeline_->mark("recording.failed", why);
}

void Session::stop_recording(std::string failure) {
  if (!recording_ || recording_is_stopping_ || view_->recording != RecordingState::recording) return;
  recording_is_stopping_ = true;
  log_.warning("recording stopped", {{"why", failure}});
  publish([&](SessionView& view) {
    view.recording = RecordingState::failed;
    view.recording_error = std::move(failure);
  });
  mark_recording_failure();
  tasks_.spawn(end_recording_early());
}

Task<void> Session::end_recording_early() {
  co_await base::disable_cancellation();
  co_await recording_->finish(options_.recording_finish);
  co_await save();
  recording_stopped_.set();
}

Task<void> Session::finish_recording() {
  // A start that is still under way is bounded by the recorder.
  if (view_->recorded && ready_.is_set()) co_await recording_started_.wait();
  if (recording_is_stopping_) co_await recording_stopped_.wait();
  if (!recording_ && view_->recording == RecordingState::finalizing) {
    publish([](SessionView& view) {
      view.recording = RecordingState::failed;
      view.recording_error =
          recording_failure(Error{errc::unsupported, "the session ended before its recording began"});
    });
  }
  if (!recording_ && screencast_) co_await base::apart(screencast_->stop());
  if (recording_) {
    co_await recording_->finish(options_.recording_finish);
    if (screencast_) co_await base::apart(screencast_->stop());
    const bool ready = recording_->state() == recorder::RecordingState::ready;
    const Error failure{errc::io, recording_->failure()};
    publish([&](SessionView& view) {
      if (view.recording == RecordingState::failed) return;  // it was said already, with its reason
      view.recording = ready ? RecordingState::ready : RecordingState::failed;
      if (!ready) view.recording_error = recording_failure(failure);
    });
    recorder_stats_ = recorder_stats();
    recording_.reset();
  }
  // With what its processes took in the end.
  co_await save();
  recording_settled_.set();
}

Task<Result<Picture>> Session::picture() {
  if (view_->state != State::running) co_return Error{errc::gone, "the session has ended"};
  const Use use(*this);
  if (view_->recorded) co_await recording_started_.wait();
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

Task<void> Session::recording_grows(base::Milliseconds limit) {
  const Use use(*this);
  // Held on to: a recording that ends meanwhile is let go by finish_recording() only after it has told so.
  if (recording_) (void)co_await base::finishes_within(recording_->changed(), limit);
}

}  // namespace greenroom::session
