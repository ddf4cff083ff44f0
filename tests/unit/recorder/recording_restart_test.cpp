// What becomes of a recording whose encoder dies, is too slow, or is given its pictures.
#include <chrono>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/deadline.hpp"
#include "recorder/recording.hpp"
#include "tests/fakes/scripted_encoder.hpp"
#include "tests/unit/recorder/segments.hpp"
#include "tests/unit/recorder/temporary_directory.hpp"

namespace greenroom::recorder {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

class SilentSink final : public base::LogSink {
 public:
  void write(base::LogLevel, std::string_view) override {}
};

/// Pictures when the test says so.
class ScriptedFrames final : public FrameSource {
 public:
  explicit ScriptedFrames(const base::Executor& executor) : changed_(executor) {}
  void show(std::string base64) {
    newest_ = Frame{base::SystemClock().steady(), std::move(base64)};
    is_new_ = true;
    changed_.notify_all();
  }
  Task<Result<Frame>> next() override {
    co_await base::keep_running_when_cancelled();
    if (!is_new_) co_await changed_.wait();
    if (!is_new_) co_return Error{errc::closed, "cancelled"};
    is_new_ = false;
    co_return newest_;
  }
  void repeat() override {
    is_new_ = true;
    changed_.notify_all();
  }
  void use_rate(int frames_per_second) override { rate = frames_per_second; }
  int rate = 0;

 private:
  base::Notifier changed_;
  Frame newest_;
  bool is_new_ = false;
};

void answer_well(const EncoderCommand& command, ScriptedEncoder& encoder) {
  if (std::holds_alternative<StartCommand>(command)) encoder.say(EncoderStarted{1280, 720});
  if (std::holds_alternative<FinishCommand>(command)) {
    encoder.say(EncoderFinished{{"finished", Milliseconds(4000)}});
    encoder.die({0, 0});
  }
}

/// Answers a start with its death, the first time.
void die_at_first(const EncoderCommand& command, ScriptedEncoder& encoder) {
  if (std::holds_alternative<StartCommand>(command)) encoder.die({0, 9});
}

class RecordingRestart : public ::testing::Test {
 protected:
  std::unique_ptr<EncoderProcess> make_encoder() {
    const bool dies = first_dies_ && encoders_.empty();
    auto encoder = std::make_unique<ScriptedEncoder>(loop_.get_executor(), dies ? die_at_first : answer_well);
    encoders_.push_back(encoder.get());
    return encoder;
  }

  RecordingOptions options() {
    RecordingOptions options;
    options.directory = directory_.path();
    options.start_deadline = 200ms;
    options.files = &files_;
    options.restart = [this]() -> Result<std::unique_ptr<EncoderProcess>> { return make_encoder(); };
    options.on_mark = [this](const RecordingMark& mark) { marks_.push_back(mark); };
    return options;
  }

  template <class Body>
  void run(RecordingOptions wanted, Body body) {
    auto whole = [&]() -> Task<void> {
      auto started = co_await Recording::start_with(make_encoder(), std::move(wanted), log_);
      if (!started) throw std::runtime_error(started.error().message());
      const std::unique_ptr<Recording> recording = std::move(*started);
      co_await body(*recording);
      co_await recording->finish(200ms);
    };
    bool is_done = false;
    asio::co_spawn(loop_, whole, [&](std::exception_ptr failure) {
      is_done = true;
      if (failure) std::rethrow_exception(failure);
    });
    loop_.run_for(5s);
    ASSERT_TRUE(is_done);
  }

  /// Until `encoders_` has so many, or half a second.
  Task<void> wait_for_encoders(std::size_t count) {
    for (int i = 0; i < 500 && encoders_.size() < count; ++i) co_await base::sleep_for(1ms);
    for (int i = 0; i < 500 && encoders_.back()->commands().empty(); ++i) co_await base::sleep_for(1ms);
  }

  TemporaryDirectory directory_;
  asio::io_context loop_{1};
  base::BlockingPool files_{1};
  SilentSink sink_;
  base::Logger log_{sink_, base::LogLevel::error};
  bool first_dies_ = false;
  std::vector<ScriptedEncoder*> encoders_;
  std::vector<RecordingMark> marks_;
};

TEST_F(RecordingRestart, AnEncoderThatDiesIsReplacedAndTheRecordingGoesOn) {
  directory_.write(index_file_name, to_line(segment(0)));
  run(options(), [&](Recording& recording) -> Task<void> {
    encoders_[0]->say(EncoderStats{50, 60, 1, Milliseconds(0)});
    encoders_[0]->say(segment(0));
    while (recording.stats().segments == 0) co_await recording.changed();
    encoders_[0]->die({0, 9});
    co_await wait_for_encoders(2);
    EXPECT_EQ(encoders_.size(), 2u);
    EXPECT_EQ(recording.state(), RecordingState::recording);
    const auto& first = std::get<StartCommand>(encoders_[0]->commands().at(0));
    StartCommand expected = first;
    expected.is_resumed = true;
    EXPECT_EQ(std::get<StartCommand>(encoders_[1]->commands().at(0)), expected) << "the same time 0";
    encoders_[1]->say(EncoderStats{7, 8, 2, Milliseconds(0)});
    encoders_[1]->say(segment(1));
    while (recording.stats().segments < 2) co_await recording.changed();
    EXPECT_EQ(recording.stats().encoder.captured, 57);
    EXPECT_EQ(recording.stats().encoder.dropped, 3);
    EXPECT_EQ(recording.stats().restarts, 1);
    co_await recording.finish(200ms);
    EXPECT_EQ(recording.state(), RecordingState::ready) << recording.failure();
  });
  ASSERT_EQ(marks_.size(), 1u);
  EXPECT_EQ(marks_[0].kind, RecordingMark::Kind::resumed);
  EXPECT_EQ(marks_[0].why, "encoder ended: signal 9");
}

TEST_F(RecordingRestart, OneThatDiesBeforeItsFirstPictureIsReplacedToo) {
  first_dies_ = true;
  run(options(), [&](Recording& recording) -> Task<void> {
    EXPECT_EQ(recording.state(), RecordingState::recording);
    EXPECT_EQ(encoders_.size(), 2u);
    EXPECT_FALSE(std::get<StartCommand>(encoders_[1]->commands().at(0)).is_resumed) << "there is nothing yet";
    co_return;
  });
}

TEST_F(RecordingRestart, OneThatDiesAgainAtOnceEndsTheRecording) {
  run(options(), [&](Recording& recording) -> Task<void> {
    encoders_[0]->die({0, 9});
    co_await wait_for_encoders(2);
    encoders_[1]->die({0, 11});
    while (recording.state() == RecordingState::recording) co_await recording.changed();
    EXPECT_EQ(recording.failure(), "encoder ended: signal 11");
    EXPECT_EQ(encoders_.size(), 2u);
  });
}

TEST_F(RecordingRestart, AfterAQuietTimeItMayDieAgain) {
  RecordingOptions often = options();
  often.restart_interval = 0ms;
  run(std::move(often), [&](Recording& recording) -> Task<void> {
    for (std::size_t i = 0; i < 3; ++i) {
      encoders_.back()->die({0, 9});
      co_await wait_for_encoders(i + 2);
    }
    EXPECT_EQ(recording.state(), RecordingState::recording);
    EXPECT_EQ(recording.stats().restarts, 3);
  });
}

TEST_F(RecordingRestart, AnEncoderThatSaysWhyItEndsIsNotReplaced) {
  run(options(), [&](Recording& recording) -> Task<void> {
    encoders_[0]->say(EncoderFailed{"storage_full", "writing seg-3.m4s"});
    encoders_[0]->die({1, 0});
    while (recording.state() == RecordingState::recording) co_await recording.changed();
    EXPECT_EQ(recording.failure(), "storage_full: writing seg-3.m4s");
    EXPECT_EQ(encoders_.size(), 1u);
  });
}

TEST_F(RecordingRestart, AMachineThatIsTooBusyThinsTheRecordingAndAtLastEndsIt) {
  ScriptedFrames frames(loop_.get_executor());
  RecordingOptions wanted = options();
  wanted.frames = &frames;
  run(std::move(wanted), [&](Recording& recording) -> Task<void> {
    encoders_[0]->say(EncoderPace{5, 1280, 720});
    encoders_[0]->say(EncoderPace{10, 1280, 720});
    encoders_[0]->say(EncoderFinished{{"overloaded", Milliseconds(9000)}});
    encoders_[0]->die({0, 0});
    while (recording.state() != RecordingState::failed) co_await recording.changed();
    EXPECT_EQ(recording.failure(), "overloaded");
    EXPECT_EQ(frames.rate, 10);
  });
  ASSERT_EQ(marks_.size(), 3u);
  EXPECT_EQ(marks_[0].kind, RecordingMark::Kind::slower);
  EXPECT_EQ(marks_[1].kind, RecordingMark::Kind::faster);
  EXPECT_EQ(marks_[2].kind, RecordingMark::Kind::stopped);
}

TEST_F(RecordingRestart, PicturesAreHandedOverAndTheNewestAgainAfterARestart) {
  ScriptedFrames frames(loop_.get_executor());
  RecordingOptions wanted = options();
  wanted.frames = &frames;
  run(std::move(wanted), [&](Recording&) -> Task<void> {
    frames.show("one");
    while (encoders_[0]->commands().size() < 2) co_await base::sleep_for(1ms);
    EXPECT_EQ(std::get<FrameCommand>(encoders_[0]->commands()[1]).base64, "one");
    encoders_[0]->die({0, 9});
    co_await wait_for_encoders(2);
    while (encoders_[1]->commands().size() < 2) co_await base::sleep_for(1ms);
    EXPECT_EQ(std::get<FrameCommand>(encoders_[1]->commands()[1]).base64, "one");
  });
}

TEST_F(RecordingRestart, PartsOfTheOpenSegmentAreKnown) {
  run(options(), [&](Recording& recording) -> Task<void> {
    const EncoderPart part{segment(0), 100, 20, Milliseconds(1000), true};
    encoders_[0]->say(part);
    while (recording.live().empty()) co_await recording.changed();
    EXPECT_EQ(recording.live().back().parts.size(), 1u);
    encoders_[0]->say(segment(0));
    while (recording.live().back().is_open) co_await recording.changed();
  });
}

}  // namespace
}  // namespace greenroom::recorder
