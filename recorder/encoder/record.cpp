#include "recorder/encoder/record.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <poll.h>

#include "base/error.hpp"
#include "recorder/encoder/control_channel.hpp"
#include "recorder/encoder/load_guard.hpp"
#include "recorder/encoder/source.hpp"
#include "recorder/encoder/track.hpp"

namespace greenroom::recorder::encoder {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Milliseconds longest_wait_for_start{10'000};
constexpr Milliseconds longest_goodbye{500};

/// How an error is called on the control socket.
std::string reason_of(const Error& error) {
  return error.code == errc::storage_full ? "storage_full" : std::string(base::name(error.code));
}

/// Decides when the next picture is due.
class Pace {
 public:
  explicit Pace(Milliseconds interval) : interval_(interval) {}

  Milliseconds next() const { return next_; }
  Milliseconds lag() const { return lag_; }
  void use(Milliseconds interval) { interval_ = interval; }

  /// Nothing had changed when the next picture might have been taken.
  void rest() { is_running_ = false; }

  /// Returns how many pictures were due before this one and are left out.
  std::int64_t took_picture(Milliseconds now) {
    lag_ = is_running_ ? std::max(Milliseconds(0), now - next_) : Milliseconds(0);
    const std::int64_t missed = lag_ / interval_;
    next_ = lag_ < interval_ && is_running_ ? next_ + interval_ : now + interval_;
    is_running_ = true;
    return missed;
  }

 private:
  Milliseconds interval_;
  Milliseconds next_{0};
  Milliseconds lag_{0};
  bool is_running_ = false;  // pictures follow each other at the interval
};

class Recorder {
 public:
  Recorder(ControlChannel& control, int directory, const StartCommand& start)
      : control_(control),
        options_(start),
        load_(start.frames_per_second),
        pace_(interval()),
        track_(directory, start, [this](const EncoderEvent& event) { tell(event); }) {}

  Result<void> begin();
  int run();
  int fail(const Error& error);

 private:
  Milliseconds now() const {
    return std::chrono::duration_cast<Milliseconds>(SteadyClock::now().time_since_epoch() - options_.zero);
  }
  Milliseconds interval() const;
  Milliseconds hold_due() const;
  Result<void> step();
  Result<void> obey_commands();
  Result<void> take_last_picture();
  Result<void> take_picture(Milliseconds at);
  Result<void> follow_load(Milliseconds at);
  void wait();
  int finish(const std::string& reason);
  void tell(const EncoderEvent& event);
  EncoderStats stats() const;

  ControlChannel& control_;
  StartCommand options_;
  LoadGuard load_;
  Pace pace_;
  Track track_;
  std::unique_ptr<Source> source_;
  std::int64_t captured_ = 0;
  std::int64_t dropped_ = 0;
  std::int64_t lost_before_ = 0;  // of the source, at the last picture
  std::int64_t reported_ = -1;
  std::optional<std::string> end_reason_;
};

Milliseconds Recorder::interval() const {
  const Milliseconds exact(1000 / load_.frames_per_second());
  // Sent pictures are paced by whoever sends them; here they are only kept from coming twice as often.
  const bool are_sent = options_.source == CaptureSource::frames;
  return are_sent ? exact * 3 / 4 : exact;
}

/// When a picture that stands still is written again: later than its time, where a new one may be on its way.
Milliseconds Recorder::hold_due() const {
  return track_.has_size() ? track_.must_show_again_at() + source_->patience() : never;
}

Result<void> Recorder::begin() {
  if (options_.source == CaptureSource::frames) {
    source_ = make_frames_source(track_);
  } else {
    auto source = make_display_source(options_, track_);
    if (!source) return source.error();
    source_ = std::move(*source);
  }
  if (const auto created = track_.create(); !created) return created;
  if (const auto looked = source_->look(now()); !looked) return looked;
  if (source_->is_dirty())
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
  const Milliseconds at = now();
  if (const auto looked = source_->look(at); !looked) return looked;
  // Written for the time it was due, however late this process is: no second is without its picture. The
  // canvas must still be the old one, so this comes first.
  if (at >= hold_due()) return track_.show(track_.must_show_again_at());
  if (at >= pace_.next()) {
    if (source_->is_dirty()) return take_picture(at);  // and round again: its answer may have brought events
    pace_.rest();
  }
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
    if (std::holds_alternative<CutCommand>(**command)) track_.cut(now());
    if (auto* frame = std::get_if<FrameCommand>(&**command)) source_->offer(std::move(*frame));
    if (const auto* pointer = std::get_if<PointerCommand>(&**command)) source_->point(*pointer);
    if (std::holds_alternative<FinishCommand>(**command)) {
      end_reason_ = "finished";
      return take_last_picture();
    }
  }
  if (control_.is_closed()) end_reason_ = "control_closed";
  return {};
}

/// What the page painted last belongs to the recording, even if its turn has not come.
Result<void> Recorder::take_last_picture() {
  if (const auto looked = source_->look(now()); !looked) return looked;
  return source_->is_dirty() ? take_picture(now()) : Result<void>();
}

Result<void> Recorder::take_picture(Milliseconds at) {
  const auto painted = source_->paint(at);
  if (!painted) return painted.error();
  ++captured_;
  std::int64_t missed = pace_.took_picture(at);
  // A browser that sends fewer pictures than wanted is no fault of this process; one that is replaced before
  // its turn is.
  if (options_.source == CaptureSource::frames) missed = source_->lost() - lost_before_;
  dropped_ += missed;
  lost_before_ = source_->lost();
  if (const auto shown = track_.show(*painted); !shown) return shown;
  const Milliseconds done = now();
  load_.made_picture(at, done, missed);
  return follow_load(done);
}

/// A recording never hurts its session: when the machine cannot keep up, it does less, and at last nothing.
Result<void> Recorder::follow_load(Milliseconds at) {
  const LoadGuard::Verdict verdict = load_.judge(at);
  if (verdict == LoadGuard::Verdict::stop) end_reason_ = "overloaded";
  if (verdict != LoadGuard::Verdict::change) return {};
  pace_.use(interval());
  const auto shrunk = track_.set_shrink(load_.shrink(), at);
  control_.send(EncoderPace{load_.frames_per_second(), track_.width(), track_.height()});
  return shrunk;
}

void Recorder::wait() {
  const Milliseconds at = now();
  // While the next picture is not due nothing can be done about damage: let it gather instead of waking up.
  const bool is_early = at < pace_.next();
  const bool has_fd = source_->fd() >= 0;
  Milliseconds until = hold_due();
  if (is_early && (has_fd || source_->is_dirty())) until = std::min(until, pace_.next());
  until = std::min(until, source_->look_again_at());
  short control_events = POLLIN;
  if (control_.wants_to_write()) control_events |= POLLOUT;
  pollfd waiting[] = {{control_.fd(), control_events, 0}, {source_->fd(), POLLIN, 0}};
  constexpr std::int64_t longest_sleep = 60'000;
  const auto left = std::clamp<std::int64_t>((until - at).count(), 0, longest_sleep);
  ::poll(waiting, is_early || !has_fd ? 1 : 2, static_cast<int>(left));
}

EncoderStats Recorder::stats() const { return {captured_, track_.encoded(), dropped_, pace_.lag()}; }

void Recorder::tell(const EncoderEvent& event) {
  control_.send(event);
  if (!std::holds_alternative<Segment>(event) || captured_ == reported_) return;
  reported_ = captured_;
  control_.send(stats());
}

int Recorder::finish(const std::string& reason) {
  const auto end = track_.finish(reason, now());
  if (!end) return fail(end.error());
  control_.send(stats());
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
