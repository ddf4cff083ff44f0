#include "recorder/recording.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/deadline.hpp"
#include "base/task_group.hpp"
#include "tests/fakes/fake_recording.hpp"
#include "tests/fakes/scripted_encoder.hpp"
#include "tests/unit/recorder/segments.hpp"

namespace greenroom::recorder {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

class SilentSink final : public base::LogSink {
 public:
  void write(base::LogLevel, std::string_view) override {}
};

/// An encoder that does what it should.
void answer_well(const EncoderCommand& command, ScriptedEncoder& encoder) {
  if (std::holds_alternative<StartCommand>(command)) encoder.say(EncoderStarted{1280, 720});
  if (const auto* snapshot = std::get_if<SnapshotCommand>(&command))
    encoder.say(EncoderPicture{snapshot->id, 1280, 720, "jpeg"});
  if (std::holds_alternative<FinishCommand>(command)) {
    encoder.say(EncoderFinished{{"finished", Milliseconds(4000)}});
    encoder.die({0, 0});
  }
}

class RecordingTest : public ::testing::Test {
 protected:
  /// Starts a recording on a scripted encoder, runs `body` with both, and finishes.
  template <class Body>
  void run(ScriptedEncoder::Answer answer, Body body) {
    auto encoder = std::make_unique<ScriptedEncoder>(loop_.get_executor(), std::move(answer));
    encoder_ = encoder.get();
    auto whole = [&]() -> Task<void> {
      RecordingOptions options;
      options.start_deadline = 20ms;
      options.snapshot_deadline = 20ms;
      auto started = co_await Recording::start_with(std::move(encoder), options, log_);
      start_error_ = started ? std::optional<Error>() : started.error();
      if (!started) co_return;
      const std::unique_ptr<Recording> recording = std::move(*started);
      co_await body(*recording);
      co_await recording->finish(20ms);
    };
    bool is_done = false;
    asio::co_spawn(loop_, whole, [&](std::exception_ptr failure) {
      is_done = true;
      if (failure) std::rethrow_exception(failure);
    });
    loop_.run_for(5s);
    ASSERT_TRUE(is_done);
  }

  asio::io_context loop_{1};
  SilentSink sink_;
  base::Logger log_{sink_, base::LogLevel::error};
  ScriptedEncoder* encoder_ = nullptr;  // lives as long as the recording
  std::optional<Error> start_error_;
};

TEST_F(RecordingTest, AnEncoderThatFinishesLeavesTheRecordingReady) {
  run(answer_well, [&](Recording& recording) -> Task<void> {
    EXPECT_EQ(recording.state(), RecordingState::recording);
    EXPECT_EQ(recording.stats().width, 1280);
    co_await recording.finish(20ms);
    EXPECT_EQ(recording.state(), RecordingState::ready);
    EXPECT_EQ(recording.failure(), "");
    co_await recording.finish(20ms);
    EXPECT_EQ(recording.state(), RecordingState::ready);
  });
  EXPECT_FALSE(start_error_);
}

TEST_F(RecordingTest, AnEncoderThatDiesFailsTheRecordingWithItsStatus) {
  run(answer_well, [&](Recording& recording) -> Task<void> {
    encoder_->say(segment(0));
    encoder_->die({0, 9});
    while (recording.state() == RecordingState::recording) co_await recording.changed();
    EXPECT_EQ(recording.state(), RecordingState::failed);
    EXPECT_EQ(recording.failure(), "encoder ended: signal 9");
    EXPECT_EQ(recording.stats().segments, 1);
  });
}

TEST_F(RecordingTest, AnEncodersOwnErrorIsTheReason) {
  run(answer_well, [&](Recording& recording) -> Task<void> {
    encoder_->say(EncoderFailed{"storage_full", "writing seg-3.m4s"});
    encoder_->die({1, 0});
    while (recording.state() == RecordingState::recording) co_await recording.changed();
    EXPECT_EQ(recording.failure(), "storage_full: writing seg-3.m4s");
  });
}

TEST_F(RecordingTest, AnEncoderThatTalksGarbageIsKilled) {
  run(answer_well, [&](Recording& recording) -> Task<void> {
    encoder_->say_bytes("garbage\n");
    while (recording.state() == RecordingState::recording) co_await recording.changed();
    EXPECT_EQ(recording.state(), RecordingState::failed);
  });
}

TEST_F(RecordingTest, AnEncoderThatDoesNotFinishInTimeIsKilled) {
  const auto deaf_to_finish = [](const EncoderCommand& command, ScriptedEncoder& encoder) {
    if (!std::holds_alternative<FinishCommand>(command)) answer_well(command, encoder);
  };
  run(deaf_to_finish, [&](Recording& recording) -> Task<void> {
    co_await recording.finish(5ms);
    EXPECT_EQ(recording.state(), RecordingState::failed);
    EXPECT_EQ(recording.failure(), "encoder did not finish in time");
  });
}

TEST_F(RecordingTest, AnEncoderThatNeverStartsIsALaunchTimeout) {
  run([](const EncoderCommand&, ScriptedEncoder&) {}, [](Recording&) -> Task<void> { co_return; });
  ASSERT_TRUE(start_error_);
  EXPECT_EQ(start_error_->code, errc::launch_timeout);
}

TEST_F(RecordingTest, AnEncoderThatCannotStartSaysWhy) {
  const auto refuse = [](const EncoderCommand&, ScriptedEncoder& encoder) {
    encoder.say(EncoderFailed{"unavailable", "display :7 cannot be opened"});
    encoder.die({1, 0});
  };
  run(refuse, [](Recording&) -> Task<void> { co_return; });
  ASSERT_TRUE(start_error_);
  EXPECT_EQ(start_error_->code, errc::launch_failed);
  EXPECT_EQ(start_error_->detail, "unavailable: display :7 cannot be opened");
}

TEST_F(RecordingTest, CallersAtTheSameTimeShareOnePicture) {
  std::optional<SnapshotCommand> asked;
  const auto hold_pictures = [&](const EncoderCommand& command, ScriptedEncoder& encoder) {
    if (const auto* snapshot = std::get_if<SnapshotCommand>(&command))
      asked = *snapshot;
    else
      answer_well(command, encoder);
  };
  run(hold_pictures, [&](Recording& recording) -> Task<void> {
    int answered = 0;
    base::TaskGroup viewers(loop_.get_executor());
    const auto view = [&]() -> Task<void> {
      const auto picture = co_await recording.snapshot(70);
      if (picture && picture->jpeg == "shared") ++answered;
    };
    for (int i = 0; i < 3; ++i) viewers.spawn(view());
    while (!asked) co_await asio::post(loop_, asio::use_awaitable);
    const EncoderPicture picture{asked->id, 1280, 720, "shared"};
    encoder_->say(picture);
    co_await viewers.join();
    EXPECT_EQ(answered, 3);
    const auto& commands = encoder_->commands();
    EXPECT_EQ(std::count_if(commands.begin(), commands.end(),
                            [](const auto& c) { return std::holds_alternative<SnapshotCommand>(c); }),
              1);
  });
}

TEST_F(RecordingTest, APictureThatDoesNotComeIsATimeoutAndALateOneIsIgnored) {
  const auto no_pictures = [](const EncoderCommand& command, ScriptedEncoder& encoder) {
    if (!std::holds_alternative<SnapshotCommand>(command)) answer_well(command, encoder);
  };
  run(no_pictures, [&](Recording& recording) -> Task<void> {
    EXPECT_EQ((co_await recording.snapshot(70)).error().code, errc::timed_out);
    const EncoderPicture late{1, 1280, 720, "late"};
    encoder_->say(late);
    EXPECT_EQ((co_await recording.snapshot(70)).error().code, errc::timed_out);
    EXPECT_EQ(recording.state(), RecordingState::recording);
  });
}

TEST_F(RecordingTest, ThereIsNoPictureOnceTheRecordingHasEnded) {
  run(answer_well, [&](Recording& recording) -> Task<void> {
    EXPECT_EQ((co_await recording.snapshot(70))->jpeg, "jpeg");
    co_await recording.finish(20ms);
    EXPECT_EQ((co_await recording.snapshot(70)).error().code, errc::unavailable);
  });
}

TEST_F(RecordingTest, ASegmentWakesWhoeverWaits) {
  run(answer_well, [&](Recording& recording) -> Task<void> {
    encoder_->say(segment(0));
    while (recording.stats().segments == 0) co_await recording.changed();
    EXPECT_EQ(recording.stats().duration, Milliseconds(4000));
    EXPECT_EQ(recording.stats().bytes, Bytes{1234});
  });
}

TEST_F(RecordingTest, TheFakeBehavesLikeARecording) {
  FakeRecording fake(loop_.get_executor());
  const auto body = [&]() -> Task<void> {
    EXPECT_EQ((co_await fake.snapshot(70)).error().code, errc::unavailable);
    fake.show({"jpeg", 4, 2});
    EXPECT_EQ((co_await fake.snapshot(70))->width, 4);
    co_await fake.finish(1ms);
    EXPECT_EQ(fake.state(), RecordingState::ready);
  };
  asio::co_spawn(loop_, body, [](std::exception_ptr) {});
  loop_.run_for(1s);
  EXPECT_EQ(fake.finish_calls(), 1);
}

}  // namespace
}  // namespace greenroom::recorder
