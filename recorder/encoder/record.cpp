#include "recorder/encoder/record.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <poll.h>

#include "base/error.hpp"
#include "recorder/encoder/control_channel.hpp"
#include "recorder/encoder/display.hpp"
#include "recorder/encoder/track.hpp"

namespace greenroom::recorder::encoder {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Milliseconds longest_wait_for_start{10'000};
constexpr Milliseconds longest_goodbye{500};
// A window is mapped, moved and resized in steps; each of them as a size of its own would be a segment each.
constexpr Milliseconds size_settles_in{150};
constexpr Milliseconds size_settles_at_latest{1000};

/// How an error is called on the control socket.
std::string reason_of(const Error& error) {
  return error.code == errc::storage_full ? "storage_full" : std::string(base::name(error.code));
}

/// When the wall clock said `wall`, on the clock that nobody sets. Asked once: from then on only this clock
/// counts, and a wall clock that jumps cannot stretch a recording.
SteadyClock::time_point steady_time_of(WallTime wall) {
  constexpr Milliseconds longest_start{10'000};
  const auto ago = std::chrono::duration_cast<Milliseconds>(std::chrono::system_clock::now() - wall);
  return SteadyClock::now() - std::clamp(ago, Milliseconds(0), longest_start);
}

int even_down(int n) { return n & ~1; }
int even_up(int n) { return (n + 1) & ~1; }

/// Decides when the next picture is due.
class Pace {
 public:
  explicit Pace(int frames_per_second) : interval_(1000 / frames_per_second) {}

  Milliseconds next() const { return next_; }
  Milliseconds lag() const { return lag_; }
  std::int64_t dropped() const { return dropped_; }

  /// Nothing had changed when the next picture might have been taken.
  void rest() { is_running_ = false; }

  void took_picture(Milliseconds now) {
    lag_ = is_running_ ? std::max(Milliseconds(0), now - next_) : Milliseconds(0);
    dropped_ += lag_ / interval_;
    next_ = lag_ < interval_ && is_running_ ? next_ + interval_ : now + interval_;
    is_running_ = true;
  }

 private:
  Milliseconds interval_;
  Milliseconds next_{0};
  Milliseconds lag_{0};
  std::int64_t dropped_ = 0;
  bool is_running_ = false;  // pictures follow each other at the interval
};

class Recorder {
 public:
  Recorder(ControlChannel& control, int directory, const StartCommand& start)
      : control_(control),
        options_(start),
        zero_(steady_time_of(start.started_at)),
        pace_(start.frames_per_second),
        track_(directory, start, [this](const Segment& segment) { segment_landed(segment); }) {}

  Result<void> begin();
  int run();
  int fail(const Error& error);

 private:
  Milliseconds now() const { return std::chrono::duration_cast<Milliseconds>(SteadyClock::now() - zero_); }
  Result<void> step();
  Result<void> obey_commands();
  Result<void> look_at_windows(Milliseconds at);
  Result<void> change_area(const Rect& area, Milliseconds at);
  Result<void> take_picture(Milliseconds at);
  bool is_dirty() const;
  void wait();
  int finish(const std::string& reason);
  void segment_landed(const Segment& segment);

  ControlChannel& control_;
  StartCommand options_;
  SteadyClock::time_point zero_;
  Pace pace_;
  Track track_;
  std::unique_ptr<Display> display_;
  Rect area_;                      // what is recorded, in the screen's coordinates
  bool paint_all_ = true;          // the area is new: damage alone would not fill it
  std::optional<Rect> next_area_;  // waits until it has settled
  Milliseconds next_area_since_{};
  Milliseconds unsettled_since_{};
  std::int64_t captured_ = 0;
  std::int64_t reported_ = -1;
  std::optional<std::string> end_reason_;
};

Result<void> Recorder::begin() {
  auto display = Display::open(options_.display, options_.cookie);
  if (!display) return display.error();
  display_ = std::move(*display);
  if (const auto created = track_.create(); !created) return created;
  const auto window = display_->visible_window();
  if (!window) return window.error();
  if (const auto changed = change_area(window->value_or(display_->screen()), Milliseconds(0)); !changed)
    return changed;
  if (const auto took = take_picture(now()); !took) return took;
  control_.send(EncoderStarted{track_.width(), track_.height()});
  return {};
}

int Recorder::run() {
  while (!end_reason_) {
    const auto stepped = step();
    if (!stepped && stepped.error().code == errc::closed) end_reason_ = "display_closed";
    if (!stepped && !end_reason_) return fail(stepped.error());
  }
  return finish(*end_reason_);
}

/// One turn of the loop. Errors: closed when the display is gone.
Result<void> Recorder::step() {
  if (const auto obeyed = obey_commands(); !obeyed || end_reason_) return obeyed;
  if (const auto handled = display_->handle_events(); !handled) return handled;
  const Milliseconds at = now();
  if (const auto looked = look_at_windows(at); !looked) return looked;
  if (at >= pace_.next()) {
    if (is_dirty()) return take_picture(at);  // and round again: waiting for its answer may have read events
    pace_.rest();
  }
  if (at >= track_.must_show_again_at())
    if (const auto shown = track_.show(at); !shown) return shown;
  control_.flush();
  wait();
  return {};
}

Result<void> Recorder::obey_commands() {
  control_.receive();
  for (;;) {
    auto command = control_.next_command();
    if (!command) return command.error();
    if (!*command) break;
    if (const auto* snapshot = std::get_if<SnapshotCommand>(&**command))
      control_.send(track_.snapshot(*snapshot));
    if (std::holds_alternative<FinishCommand>(**command)) {
      // What the page painted last belongs to the recording, even if its turn has not come.
      if (const auto handled = display_->handle_events(); !handled) return handled;
      if (is_dirty())
        if (const auto took = take_picture(now()); !took) return took;
      end_reason_ = "finished";
      return {};
    }
  }
  if (control_.is_closed()) end_reason_ = "control_closed";
  return {};
}

/// Follows the visible window. Its content is recorded; a new size is taken over when it has settled.
Result<void> Recorder::look_at_windows(Milliseconds at) {
  if (display_->windows_changed()) {
    const auto window = display_->visible_window();
    if (!window) return window.error();
    const Rect wanted = window->value_or(intersect({0, 0, area_.width, area_.height}, display_->screen()));
    if (wanted == area_) {
      next_area_.reset();
    } else if (next_area_ != wanted) {
      if (!next_area_) unsettled_since_ = at;
      next_area_ = wanted;
      next_area_since_ = at;
    }
  }
  if (!next_area_) return {};
  if (at - next_area_since_ < size_settles_in && at - unsettled_since_ < size_settles_at_latest) return {};
  return change_area(*std::exchange(next_area_, std::nullopt), at);
}

Result<void> Recorder::change_area(const Rect& area, Milliseconds at) {
  area_ = area;
  paint_all_ = true;
  return track_.set_source_size(area.width, area.height, at);
}

bool Recorder::is_dirty() const {
  if (next_area_) return false;  // between two sizes the picture belongs to neither
  return paint_all_ || !intersect(display_->damage(), area_).is_empty();
}

Result<void> Recorder::take_picture(Milliseconds at) {
  Rect part = paint_all_ ? area_ : intersect(display_->damage(), area_);
  // Chroma is shared by two by two pixels: the corner and size, counted from the area's corner, are even.
  const int left = even_down(part.x - area_.x);
  const int top = even_down(part.y - area_.y);
  const int right = even_up(part.x - area_.x + part.width);
  const int bottom = even_up(part.y - area_.y + part.height);
  const Rect in_area{left, top, right - left, bottom - top};
  part = {area_.x + left, area_.y + top, in_area.width, in_area.height};
  const auto pixels = display_->capture(part);
  if (!pixels) return pixels.error();
  paint_all_ = false;
  ++captured_;
  track_.paint(*pixels, in_area);
  pace_.took_picture(at);
  return track_.show(at);
}

void Recorder::wait() {
  const Milliseconds at = now();
  // While the next picture is not due nothing can be done about damage: let it gather instead of waking up.
  const bool is_early = at < pace_.next();
  Milliseconds until = is_early ? pace_.next() : track_.must_show_again_at();
  if (next_area_) until = std::min(until, next_area_since_ + size_settles_in);
  short control_events = POLLIN;
  if (control_.wants_to_write()) control_events |= POLLOUT;
  pollfd waiting[] = {{control_.fd(), control_events, 0}, {display_->fd(), POLLIN, 0}};
  const auto left = std::max<std::int64_t>(0, (until - at).count());
  ::poll(waiting, is_early ? 1 : 2, static_cast<int>(left));
}

void Recorder::segment_landed(const Segment& segment) {
  control_.send(segment);
  if (captured_ == reported_) return;
  reported_ = captured_;
  control_.send(EncoderStats{captured_, track_.encoded(), pace_.dropped(), pace_.lag()});
}

int Recorder::finish(const std::string& reason) {
  const auto end = track_.finish(reason, now());
  if (!end) return fail(end.error());
  control_.send(EncoderStats{captured_, track_.encoded(), pace_.dropped(), pace_.lag()});
  control_.send(EncoderFinished{*end});
  control_.flush_within(longest_goodbye);
  return 0;
}

int Recorder::fail(const Error& error) {
  track_.abandon();
  control_.send(EncoderFailed{reason_of(error), error.detail});
  control_.flush_within(longest_goodbye);
  return 1;
}

/// Waits for the first command, which must be a start.
Result<StartCommand> await_start(ControlChannel& control) {
  const auto end = SteadyClock::now() + longest_wait_for_start;
  while (!control.is_closed() && SteadyClock::now() < end) {
    pollfd waiting{control.fd(), POLLIN, 0};
    ::poll(&waiting, 1, static_cast<int>(longest_wait_for_start.count()));
    control.receive();
    const auto command = control.next_command();
    if (!command) return command.error();
    if (!*command) continue;
    if (const auto* start = std::get_if<StartCommand>(&**command)) return *start;
    return Error{errc::protocol, "the first command is no start"};
  }
  return Error{errc::timed_out, "no start command came"};
}

}  // namespace

int record(int control_fd, int directory_fd) {
  ControlChannel control(control_fd);
  const auto start = await_start(control);
  if (!start) {
    control.send(EncoderFailed{reason_of(start.error()), start.error().detail});
    control.flush_within(longest_goodbye);
    return 1;
  }
  Recorder recorder(control, directory_fd, *start);
  if (const auto begun = recorder.begin(); !begun) return recorder.fail(begun.error());
  return recorder.run();
}

}  // namespace greenroom::recorder::encoder
