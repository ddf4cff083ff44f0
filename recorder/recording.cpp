#include "recorder/recording.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>
#include <vector>

#include "base/apart.hpp"
#include "base/clock.hpp"
#include "base/deadline.hpp"
#include "base/event.hpp"
#include "base/task_group.hpp"
#include "recorder/finish_interrupted.hpp"
#include "recorder/salvage.hpp"

namespace greenroom::recorder {

namespace {

/// From the end of the socket to the end of the process; it has nothing left to do.
constexpr Milliseconds longest_farewell{2000};
constexpr int most_restarts = 20;
/// An end that the encoder reports as one like others, but that is none that anybody asked for.
constexpr std::string_view overloaded = "overloaded";

class EncoderRecording final : public Recording {
 public:
  EncoderRecording(const base::Executor& executor, std::unique_ptr<EncoderProcess> encoder,
                   RecordingOptions options, base::Logger log)
      : executor_(executor),
        encoder_(std::move(encoder)),
        options_(std::move(options)),
        log_(std::move(log)),
        changed_(executor),
        started_(executor),
        ended_(executor),
        tasks_(executor) {}
  ~EncoderRecording() override { assert(tasks_.size() == 0 && "finish() was not awaited"); }

  Task<Result<void>> begin();

  RecordingState state() const override { return state_; }
  const std::string& failure() const override { return failure_; }
  WallTime started_at() const override { return options_.capture.started_at; }
  RecordingStats stats() const override { return stats_; }
  const LiveEdge& live() const override { return live_; }
  Task<Result<Picture>> snapshot(int quality) override;
  void cut() override;
  void point(int x, int y) override;
  Task<void> finish(Milliseconds deadline) override;
  Task<void> changed() override { return changed_.wait(); }

 private:
  /// One question to the encoder, and everybody who waits for its answer.
  struct Request {
    explicit Request(const base::Executor& executor) : answered(executor) {}
    base::Event answered;
    Picture picture;
  };

  Task<void> follow();
  Task<std::string> read_to_its_end();
  bool may_restart() const;
  Task<Result<void>> restart(const std::string& why);
  Task<void> conclude(std::string why);
  Task<void> hand_over_frames();
  void mark(RecordingMark::Kind kind, std::string why);
  void take_pace(const EncoderPace& pace);
  Result<void> take_events();
  void take(const EncoderEvent& event);
  void take_segment(const Segment& segment);
  Result<std::shared_ptr<Request>> shared_request(int quality);
  void move_to(RecordingState state);
  bool is_over() const { return ended_.is_set(); }

  base::Executor executor_;
  std::unique_ptr<EncoderProcess> encoder_;
  RecordingOptions options_;
  base::Logger log_;
  base::Notifier changed_;
  base::Event started_;
  base::Event ended_;
  RecordingState state_ = RecordingState::recording;
  std::string failure_;
  RecordingStats stats_;
  EncoderStats before_restart_;                                 // of encoders that died
  std::vector<std::unique_ptr<EncoderProcess>> dead_encoders_;  // a delivery to one may still be under way
  std::optional<base::SteadyTime> last_restart_;
  bool is_finishing_ = false;
  LiveEdge live_;
  EventParser parser_;
  std::optional<RecordingEnd> end_;  // the encoder's own word that all is well
  std::string encoder_error_;
  std::uint32_t last_request_ = 0;
  std::shared_ptr<Request> request_;  // shared by the frames that wait for it
  base::TaskGroup tasks_;
};

Task<Result<void>> EncoderRecording::begin() {
  co_await base::keep_running_when_cancelled();
  options_.capture.started_at = base::SystemClock().wall();
  options_.capture.zero =
      std::chrono::duration_cast<std::chrono::microseconds>(base::SystemClock().steady().time_since_epoch());
  stats_.frames_per_second = options_.capture.frames_per_second;
  tasks_.spawn(follow());
  if (const auto sent = encoder_->send(to_message(options_.capture)); !sent) co_return sent.error();
  if (options_.frames != nullptr) tasks_.spawn(hand_over_frames());
  const bool in_time = co_await base::finishes_within(started_.wait(), options_.start_deadline);
  if (started_.is_set() && !is_over()) co_return Result<void>();
  if (!failure_.empty()) co_return Error{errc::launch_failed, failure_};
  co_return Error{in_time ? errc::closed : errc::launch_timeout, "the encoder"};
}

/// Reads the encoder's messages until its socket ends, puts another in its place if it died, and then draws
/// the line.
Task<void> EncoderRecording::follow() {
  co_await base::keep_running_when_cancelled();
  for (;;) {
    std::string why = co_await read_to_its_end();
    if (!may_restart()) co_return co_await conclude(std::move(why));
    log_.warning("recording_interrupted", {{"reason", why}});
    const auto restarted = co_await base::apart(restart(why));
    if (!restarted) co_return co_await conclude(why + "; not restarted: " + restarted.error().message());
  }
}

/// What went wrong with the encoder, once it has ended.
Task<std::string> EncoderRecording::read_to_its_end() {
  using namespace base::asio::experimental::awaitable_operators;
  std::string why;
  for (;;) {
    const auto bytes = co_await encoder_->receive();
    if (!bytes) break;
    parser_.feed(*bytes);
    if (const auto took = take_events(); !took) {
      why = took.error().message();
      encoder_->kill();
      break;
    }
  }
  auto waited = co_await (encoder_->exited() || base::sleep_for(longest_farewell));
  if (waited.index() != 0) encoder_->kill();
  const std::string how = waited.index() == 0 ? std::get<0>(waited).text() : "killed";
  if (why.empty()) why = encoder_error_;
  if (why.empty() && !end_) why = "encoder ended: " + how;
  // Nobody answers what was asked of it.
  if (request_) std::exchange(request_, nullptr)->answered.set();
  co_return why;
}

/// Only a death is worth another try, be it before the first picture: an encoder that says why it ends would
/// say the same again.
bool EncoderRecording::may_restart() const {
  const bool died = !end_ && encoder_error_.empty() && !is_finishing_;
  const bool is_able = options_.restart && options_.files != nullptr && stats_.restarts < most_restarts;
  const auto now = base::SystemClock().steady();
  return died && is_able && (!last_restart_ || now - *last_restart_ > options_.restart_interval);
}

/// Saves what the dead encoder left and starts another behind it.
Task<Result<void>> EncoderRecording::restart(const std::string& why) {
  co_await base::disable_cancellation();
  last_restart_ = base::SystemClock().steady();
  // Whether there is something to go on with.
  auto save = [directory = options_.directory]() -> Result<bool> {
    auto index = salvage(directory);
    if (!index && index.error().code != errc::not_found) return index.error();
    return index.has_value();
  };
  const auto saved = co_await options_.files->run(std::move(save));
  if (!saved) co_return saved.error();
  if (is_finishing_) co_return Error{errc::closed, "the recording is being finished"};
  auto encoder = options_.restart();
  if (!encoder) co_return encoder.error();
  dead_encoders_.push_back(std::exchange(encoder_, std::move(*encoder)));
  parser_ = EventParser();
  before_restart_ = stats_.encoder;
  options_.capture.is_resumed = *saved;
  ++stats_.restarts;
  if (const auto sent = encoder_->send(to_message(options_.capture)); !sent) co_return sent.error();
  if (options_.frames != nullptr) options_.frames->repeat();
  mark(RecordingMark::Kind::resumed, why);
  co_return Result<void>();
}

Task<void> EncoderRecording::conclude(std::string why) {
  co_await base::disable_cancellation();
  if (!why.empty() && options_.files != nullptr) {
    auto close_index = [directory = options_.directory] { return finish_interrupted(directory); };
    const auto closed = co_await options_.files->run(std::move(close_index));
    if (!closed && closed.error().code != errc::not_found)
      log_.warning("recording_index_not_closed", {{"error", closed.error().message()}});
  }
  if (why.empty() && end_ && end_->reason == overloaded) {
    why = overloaded;
    mark(RecordingMark::Kind::stopped, why);
  }
  failure_ = std::move(why);
  if (!failure_.empty()) log_.warning("recording_failed", {{"reason", failure_}});
  ended_.set();
  started_.set();
  move_to(failure_.empty() ? RecordingState::ready : RecordingState::failed);
}

/// Hands pictures to the encoder as fast as it takes them, and no faster than they come.
Task<void> EncoderRecording::hand_over_frames() {
  co_await base::keep_running_when_cancelled();
  while (!is_over()) {
    auto frame = co_await options_.frames->next();
    if (!frame) co_return;
    EncoderProcess& encoder = *encoder_;
    FrameCommand command;
    const auto since = std::chrono::duration_cast<std::chrono::microseconds>(frame->at.time_since_epoch()) -
                       options_.capture.zero;
    command.at = std::max(Milliseconds(0), std::chrono::duration_cast<Milliseconds>(since));
    command.base64 = std::move(frame->base64);
    // A dead encoder is seen by who reads from it; the next one gets the newest picture again.
    (void)co_await encoder.deliver(to_message(std::move(command)));
  }
}

void EncoderRecording::mark(RecordingMark::Kind kind, std::string why) {
  const auto now = base::SystemClock().steady().time_since_epoch();
  RecordingMark it{kind, std::chrono::duration_cast<Milliseconds>(now - options_.capture.zero),
                   std::move(why)};
  log_.warning("recording_mark", {{"kind", name(kind)}, {"why", it.why}, {"at_ms", it.at.count()}});
  if (options_.on_mark) options_.on_mark(it);
}

void EncoderRecording::take_pace(const EncoderPace& pace) {
  const bool is_slower = pace.frames_per_second < stats_.frames_per_second || pace.width < stats_.width;
  stats_.frames_per_second = pace.frames_per_second;
  if (options_.frames != nullptr) options_.frames->use_rate(pace.frames_per_second);
  mark(is_slower ? RecordingMark::Kind::slower : RecordingMark::Kind::faster,
       std::to_string(pace.frames_per_second) + " fps, " + std::to_string(pace.width) + "x" +
           std::to_string(pace.height));
}

Result<void> EncoderRecording::take_events() {
  for (;;) {
    const auto event = parser_.next();
    if (!event) return event.error();
    if (!*event) return {};
    take(**event);
  }
}

void EncoderRecording::take(const EncoderEvent& event) {
  if (const auto* started = std::get_if<EncoderStarted>(&event)) {
    stats_.width = started->width;
    stats_.height = started->height;
    started_.set();
  } else if (const auto* segment = std::get_if<Segment>(&event)) {
    take_segment(*segment);
  } else if (const auto* stats = std::get_if<EncoderStats>(&event)) {
    stats_.encoder = *stats;
    stats_.encoder.captured += before_restart_.captured;
    stats_.encoder.encoded += before_restart_.encoded;
    stats_.encoder.dropped += before_restart_.dropped;
  } else if (const auto* part = std::get_if<EncoderPart>(&event)) {
    add_part(live_, part->segment, {part->offset, part->size, part->duration, part->is_independent});
    changed_.notify_all();
  } else if (const auto* pace = std::get_if<EncoderPace>(&event)) {
    take_pace(*pace);
  } else if (const auto* picture = std::get_if<EncoderPicture>(&event)) {
    if (!request_ || picture->id != last_request_) return;  // nobody waits for it any more
    request_->picture = {picture->jpeg, picture->width, picture->height};
    std::exchange(request_, nullptr)->answered.set();
  } else if (const auto* finished = std::get_if<EncoderFinished>(&event)) {
    end_ = finished->end;
    if (state_ == RecordingState::recording) move_to(RecordingState::finalizing);
  } else if (const auto* failed = std::get_if<EncoderFailed>(&event)) {
    encoder_error_ = failed->detail.empty() ? failed->reason : failed->reason + ": " + failed->detail;
  }
}

void EncoderRecording::take_segment(const Segment& segment) {
  ++stats_.segments;
  stats_.bytes.count += segment.size.count;
  stats_.duration = segment.start + segment.duration;
  stats_.width = segment.width;
  stats_.height = segment.height;
  finish_segment(live_, segment);
  if (options_.on_segment) options_.on_segment(segment);
  changed_.notify_all();
}

void EncoderRecording::move_to(RecordingState state) {
  state_ = state;
  log_.info("recording_state", {{"state", name(state)}});
  changed_.notify_all();
}

Result<std::shared_ptr<EncoderRecording::Request>> EncoderRecording::shared_request(int quality) {
  if (request_) return request_;
  const SnapshotCommand command{++last_request_, quality};
  if (const auto sent = encoder_->send(to_message(command)); !sent) return sent.error();
  request_ = std::make_shared<Request>(executor_);
  return request_;
}

Task<Result<Picture>> EncoderRecording::snapshot(int quality) {
  if (state_ != RecordingState::recording) co_return Error{errc::unavailable, "nothing is recorded now"};
  const auto request = shared_request(quality);
  if (!request) co_return Error{errc::unavailable, request.error().detail};
  const std::shared_ptr<Request> mine = *request;
  const bool in_time = co_await base::finishes_within(mine->answered.wait(), options_.snapshot_deadline);
  if (!mine->picture.jpeg.empty()) co_return mine->picture;
  if (in_time) co_return Error{errc::unavailable, "there is no picture"};
  if (request_ == mine) request_.reset();
  co_return Error{errc::timed_out, "a picture of the screen"};
}

void EncoderRecording::cut() {
  // An encoder that died gets no word of it, and begins a segment anyway when it is replaced.
  if (state_ == RecordingState::recording) (void)encoder_->send(to_message(CutCommand{}));
}

void EncoderRecording::point(int x, int y) {
  constexpr int far = 1 << 14;  // outside of every picture
  const PointerCommand command{std::clamp(x, -far, far), std::clamp(y, -far, far)};
  if (state_ == RecordingState::recording) (void)encoder_->send(to_message(command));
}

Task<void> EncoderRecording::finish(Milliseconds deadline) {
  co_await base::disable_cancellation();
  is_finishing_ = true;
  if (!is_over()) {
    if (state_ == RecordingState::recording) move_to(RecordingState::finalizing);
    const bool is_asked = encoder_->send(to_message(FinishCommand{})).has_value();
    if (is_asked) (void)co_await base::finishes_within(ended_.wait(), deadline);
    if (!is_over()) {
      if (encoder_error_.empty() && !end_) encoder_error_ = "encoder did not finish in time";
      encoder_->kill();
      (void)co_await base::finishes_within(ended_.wait(), longest_farewell);
    }
  }
  tasks_.stop();
  co_await tasks_.join();
}

/// Ends a recording that did not begin.
Task<void> give_up(std::unique_ptr<EncoderRecording> recording, EncoderProcess& encoder) {
  co_await base::disable_cancellation();
  encoder.kill();
  co_await recording->finish(Milliseconds(0));
}

}  // namespace

Task<Result<std::unique_ptr<Recording>>> Recording::start(RecordingOptions options, base::Logger log) {
  const base::Executor executor = co_await base::asio::this_coro::executor;
  auto start_encoder = [executor, program = options.program, directory = options.directory] {
    return EncoderProcess::start(executor, program, "record", directory);
  };
  auto encoder = start_encoder();
  options.restart = std::move(start_encoder);
  if (!encoder) co_return encoder.error();
  co_return co_await start_with(std::move(*encoder), std::move(options), std::move(log));
}

Task<Result<std::unique_ptr<Recording>>> Recording::start_with(std::unique_ptr<EncoderProcess> encoder,
                                                               RecordingOptions options, base::Logger log) {
  co_await base::keep_running_when_cancelled();
  const base::Executor executor = co_await base::asio::this_coro::executor;
  EncoderProcess& process = *encoder;
  auto recording =
      std::make_unique<EncoderRecording>(executor, std::move(encoder), std::move(options), std::move(log));
  const auto begun = co_await recording->begin();
  if (begun) co_return std::unique_ptr<Recording>(std::move(recording));
  co_await give_up(std::move(recording), process);
  co_return begun.error();
}

}  // namespace greenroom::recorder
