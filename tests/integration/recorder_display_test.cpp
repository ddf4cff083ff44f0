// The real encoder on a real display: what comes out of a foreign decoder is what was on the screen, when it
// was.
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/deadline.hpp"
#include "base/fd.hpp"
#include "recorder/finish_interrupted.hpp"
#include "recorder/muxer.hpp"
#include "recorder/player.hpp"
#include "recorder/recording.hpp"
#include "tests/integration/recorder_display_support.hpp"

namespace greenroom::recorder {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

constexpr Colour red = 0xd02020;
constexpr Colour green = 0x20a040;
constexpr Colour blue = 0x2040c0;
constexpr Colour yellow = 0xe0d020;
constexpr Colour black = 0x000000;

/// From `since` on, in the recording's seconds, the window showed `colour`.
struct Shown {
  double since;
  Colour colour;
};

class SilentSink final : public base::LogSink {
 public:
  void write(base::LogLevel, std::string_view) override {}
};

class RecorderDisplay : public ::testing::Test {
 protected:
  void run(const std::function<Task<void>()>& body) {
    bool is_done = false;
    asio::co_spawn(loop_, body, [&](std::exception_ptr failure) {
      is_done = true;
      loop_.stop();  // the X server goes on
      if (failure) std::rethrow_exception(failure);
    });
    loop_.restart();
    loop_.run_for(60s);
    ASSERT_TRUE(is_done);
  }

  RecordingOptions options() {
    RecordingOptions options;
    options.program.executable = GREENROOM_ENCODER;
    options.program.nice = 0;  // colours are compared with the clock, and the machine may be busy
    options.directory = recording_directory();
    options.capture.display = server_.display();
    options.capture.cookie = server_.cookie();
    options.capture.segment_length = 1000ms;
    options.files = &files_;
    return options;
  }

  Task<std::unique_ptr<Recording>> start() {
    auto started = co_await Recording::start(options(), log_);
    if (!started) throw std::runtime_error(started.error().message());
    began_ = (*started)->started_at();
    co_return std::move(*started);
  }

  double seconds() const {
    return std::chrono::duration<double>(base::SystemClock().wall() - began_).count();
  }

  std::string recording_directory() const { return directory_ / "recording"; }

  /// The playlist as a file beside its segments.
  std::string write_playlist() const {
    const auto index = read_index(recording_directory());
    const std::string path = recording_directory() + "/playlist.m3u8";
    std::ofstream(path) << render_playlist(index.value(),
                                           [](std::string_view file) { return std::string(file); });
    return path;
  }

  Task<std::string> make_mp4() {
    MuxerOptions muxer_options;
    muxer_options.program.executable = GREENROOM_ENCODER;
    Muxer muxer(loop_.get_executor(), muxer_options);
    const auto path = co_await muxer.make_mp4(recording_directory());
    co_await muxer.stop();
    EXPECT_TRUE(path) << (path ? "" : path.error().message());
    co_return path ? *path : std::string();
  }

  /// Every picture of the video shows what was on the screen, but for the moments around each change.
  static void expect_shown(const std::vector<Quarters>& pictures, const std::vector<Shown>& shown,
                           double until) {
    constexpr double around_a_change =
        0.35;  // an interval of the capture, one of the decoder, settling sizes
    ASSERT_FALSE(pictures.empty());
    int compared = 0;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      const double at = static_cast<double>(i) / 10;
      const Shown* now = nullptr;
      bool is_near_a_change = at > until - around_a_change;
      for (const Shown& s : shown) {
        if (s.since <= at) now = &s;
        is_near_a_change = is_near_a_change || std::abs(s.since - at) < around_a_change;
      }
      if (now == nullptr || is_near_a_change) continue;
      ++compared;
      EXPECT_TRUE(shows(pictures[i], now->colour)) << "at " << at << " s: " << std::hex << pictures[i][0]
                                                   << " " << pictures[i][3] << " instead of " << now->colour;
    }
    EXPECT_GE(compared, static_cast<int>(until * 10) / 2);
  }

  asio::io_context loop_{1};
  base::BlockingPool files_{1};
  SilentSink sink_;
  base::Logger log_{sink_, base::LogLevel::error};
  TemporaryDirectory directory_;
  XServer server_{loop_.get_executor()};
  WallTime began_;
};

TEST_F(RecorderDisplay, DecodedColoursAreThoseOfTheirSecondsAcrossAChangeOfSize) {
  ColourWindow window(server_, 800, 600, red);
  std::vector<Shown> shown{{0, red}};
  double length = 0;
  std::string movie;
  run([&]() -> Task<void> {
    const auto recording = co_await start();
    const auto change = [&](Colour colour) {
      window.paint(colour);
      shown.push_back({seconds(), colour});
    };
    co_await base::sleep_for(1500ms);
    change(green);
    co_await base::sleep_for(1500ms);
    change(blue);
    co_await base::sleep_for(1500ms);
    window.resize(640, 480, yellow);
    shown.push_back({seconds(), yellow});
    co_await base::sleep_for(2000ms);
    const auto snapshot = co_await recording->snapshot(80);
    EXPECT_TRUE(snapshot && snapshot->width == 640 && snapshot->height == 480);
    if (snapshot) directory_.write("snapshot.jpg", snapshot->jpeg);
    co_await recording->finish(5s);
    length = seconds();
    EXPECT_EQ(recording->state(), RecordingState::ready) << recording->failure();
    movie = co_await make_mp4();
  });
  const auto index = read_index(recording_directory()).value();
  ASSERT_TRUE(index.end);
  EXPECT_NEAR(std::chrono::duration<double>(index.duration()).count(), length, 0.02 * length);
  EXPECT_NEAR(duration_of(movie), length, 0.02 * length);
  for (const std::string& path : {movie, write_playlist()}) {
    SCOPED_TRACE(path);
    expect_shown(decode(path), shown, length);
  }
  const auto picture = decode(directory_ / "snapshot.jpg");
  ASSERT_FALSE(picture.empty());
  EXPECT_TRUE(shows(picture[0], yellow));
  EXPECT_EQ(index.segments.front().width, 800);
  EXPECT_EQ(index.segments.back().width, 640);
  EXPECT_TRUE(index.segments.back().init == "init-1.mp4");
}

TEST_F(RecorderDisplay, ABlankPictureIsNotTakenForAColour) {
  EXPECT_FALSE(shows(Quarters{}, red));
  EXPECT_FALSE(shows(Quarters{}, black));
  EXPECT_FALSE(shows(Quarters{0xffffff, 0xffffff, 0xffffff, 0xffffff}, green));
}

TEST_F(RecorderDisplay, AKilledEncoderIsReplacedAndAboutASecondIsLost) {
  ColourWindow window(server_, 800, 600, green);
  std::string movie;
  double killed = 0;
  run([&]() -> Task<void> {
    const auto recording = co_await start();
    const auto work_until = [&](std::int64_t segments) -> Task<void> {
      while (recording->stats().segments < segments) {
        window.paint(recording->stats().segments % 2 == 0 ? green : blue);
        window.paint(green);
        co_await base::sleep_for(50ms);
      }
    };
    co_await work_until(3);
    const int pid = find_encoder();
    EXPECT_GT(pid, 0);
    killed = seconds();
    if (pid > 0) ::kill(pid, SIGKILL);
    co_await work_until(6);
    EXPECT_EQ(recording->stats().restarts, 1);
    co_await recording->finish(5s);
    EXPECT_EQ(recording->state(), RecordingState::ready) << recording->failure();
    movie = co_await make_mp4();
  });
  const auto index = read_index(recording_directory()).value();
  ASSERT_TRUE(index.end);
  EXPECT_EQ(index.end->reason, "finished");
  Milliseconds end_before{0};
  for (const Segment& segment : index.segments) {
    // A fragment, and a second in which the other one starts.
    EXPECT_LT(segment.start - end_before, 2200ms) << segment.file;
    end_before = segment.start + segment.duration;
    const bool is_after = segment.start > Milliseconds(static_cast<int>(killed * 1000));
    EXPECT_EQ(segment.init != "init-0.mp4", is_after) << segment.file;
  }
  for (const auto& entry : std::filesystem::directory_iterator(recording_directory()))
    EXPECT_NE(entry.path().extension(), ".partial");
  const double length = std::chrono::duration<double>(index.duration()).count();
  EXPECT_NEAR(duration_of(movie), length, 0.05);
  for (const std::string& path : {movie, write_playlist()})
    for (const Quarters& picture : decode(path)) EXPECT_TRUE(shows(picture, green) || shows(picture, blue));
}

TEST_F(RecorderDisplay, AnEncoderThatIsTooSlowDoesLessAndAtLastEnds) {
  ColourWindow window(server_, 1280, 800, green);
  run([&]() -> Task<void> {
    RecordingOptions heavy = options();
    heavy.capture.preset = "placebo";
    heavy.capture.quantizer = 1;
    heavy.capture.frames_per_second = 60;
    std::vector<RecordingMark> marks;
    heavy.on_mark = [&](const RecordingMark& mark) { marks.push_back(mark); };
    auto started = co_await Recording::start(std::move(heavy), log_);
    EXPECT_TRUE(started) << (started ? "" : started.error().message());
    if (!started) co_return;
    const auto recording = std::move(*started);
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (marks.empty() && std::chrono::steady_clock::now() < deadline) {
      for (const Colour colour : {red, blue}) {
        window.paint_noise(colour);
        co_await base::sleep_for(8ms);
      }
    }
    EXPECT_TRUE(!marks.empty() && marks[0].kind == RecordingMark::Kind::slower);
    EXPECT_LT(recording->stats().frames_per_second, 60);
    co_await recording->finish(5s);
  });
  const auto index = read_index(recording_directory()).value();
  EXPECT_TRUE(index.end);
  EXPECT_FALSE(index.segments.empty());
}

TEST_F(RecorderDisplay, AStillPageCostsNextToNothingAndMissesNoSecond) {
  const ColourWindow window(server_, 1280, 720, blue);
  double length = 0;
  double cores = 1;
  std::string movie;
  run([&]() -> Task<void> {
    const auto recording = co_await start();
    co_await base::sleep_for(500ms);
    const int pid = find_encoder();
    const auto before = cpu_time(pid);
    co_await base::sleep_for(5000ms);
    cores = std::chrono::duration<double>(cpu_time(pid) - before).count() / 5;
    EXPECT_GE(recording->stats().segments, 4);
    co_await recording->finish(5s);
    length = seconds();
    movie = co_await make_mp4();
  });
  // A segment a second, hence a picture a second, here; a fourth of that in a session.
  EXPECT_LT(cores, 0.03);
  EXPECT_NEAR(duration_of(movie), length, 0.02 * length);
  expect_shown(decode(movie), {{-1, blue}}, length);
}

TEST_F(RecorderDisplay, AnEncoderWhoseDaemonDiesEndsItsRecordingWithinASecond) {
  const ColourWindow window(server_, 800, 600, red);
  std::filesystem::create_directory(recording_directory());
  auto sockets = base::make_socket_pair().value();
  const int directory = ::open(recording_directory().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  base::ProcessOptions program;
  program.executable = GREENROOM_ENCODER;
  program.arguments = {"record"};
  program.descriptors = {{sockets.second.value(), 3}, {directory, 4}};
  const auto encoder = std::move(base::ChildProcess::start(loop_.get_executor(), program).value());
  ::close(directory);
  sockets.second.reset();
  StartCommand capture = options().capture;
  capture.zero = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
  const std::string line = to_message(capture);
  ASSERT_EQ(::write(sockets.first.value(), line.data(), line.size()), static_cast<ssize_t>(line.size()));
  run([&]() -> Task<void> {
    co_await base::sleep_for(1500ms);
    sockets.first.reset();
    auto ended = [&]() -> Task<void> { (void)co_await encoder->exited(); };
    EXPECT_TRUE(co_await base::finishes_within(ended(), 1s));
  });
  const auto index = read_index(recording_directory()).value();
  ASSERT_TRUE(index.end);
  EXPECT_EQ(index.end->reason, "control_closed");
  EXPECT_GE(index.duration(), 1300ms);
  const auto pictures = decode(write_playlist());
  ASSERT_FALSE(pictures.empty());
  EXPECT_TRUE(shows(pictures.back(), red));
}

TEST_F(RecorderDisplay, ADisplayThatRefusesTheCookieFailsTheStart) {
  run([&]() -> Task<void> {
    RecordingOptions wrong = options();
    wrong.capture.cookie = std::string(16, 'x');
    const auto started = co_await Recording::start(wrong, log_);
    EXPECT_EQ(started ? errc::internal : started.error().code, errc::launch_failed);
  });
  EXPECT_EQ(find_encoder(), 0);
}

TEST_F(RecorderDisplay, UnderAnIdentityOfItsOwnItStillSeesTheDisplayAndWrites) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a process another identity";
  const ColourWindow window(server_, 800, 600, yellow);
  // Where anybody may read it, whatever the build directory's rights are.
  const std::string program = directory_ / "greenroom-encoder";
  std::filesystem::copy_file(GREENROOM_ENCODER, program);
  std::filesystem::permissions(directory_.path(), std::filesystem::perms(0711));
  run([&]() -> Task<void> {
    RecordingOptions unprivileged = options();
    unprivileged.program.executable = program;
    unprivileged.program.identity = base::Identity{65534, 65534};
    auto started = co_await Recording::start(unprivileged, log_);
    EXPECT_TRUE(started) << (started ? "" : started.error().message());
    if (!started) co_return;
    co_await base::sleep_for(500ms);
    co_await (*started)->finish(5s);
    EXPECT_EQ((*started)->state(), RecordingState::ready) << (*started)->failure();
  });
  const auto pictures = decode(write_playlist());
  ASSERT_FALSE(pictures.empty());
  EXPECT_TRUE(shows(pictures.back(), yellow));
}

}  // namespace
}  // namespace greenroom::recorder
