// A thousand sessions that end in every way there is leave nothing: no slot, no browser, no descriptor. The
// checks are first shown a leak of each kind.
#include <dirent.h>
#include <memory>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/fd.hpp"
#include "session/manager.hpp"
#include "store/database.hpp"
#include "tests/fakes/fake_launcher.hpp"
#include "tests/unit/browser/browser_loop.hpp"

namespace greenroom::session {
namespace {

using namespace std::chrono_literals;

std::size_t open_descriptors() {
  std::size_t count = 0;
  DIR* const folder = ::opendir("/proc/self/fd");
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

class CyclesTest : public ::testing::Test {
 protected:
  CyclesTest() {
    options_.limit = 4;
    options_.recording = options_.timeline = false;
    auto take = [this](const browser::Fingerprint& fingerprint) { return launcher_.launch(fingerprint); };
    manager_ = std::make_unique<SessionManager>(loop_.get_executor(), options_,
                                                Services{take, {}, rows_, timeline_, clock_, log_, {}});
  }
  void TearDown() override {
    bool is_over = false;
    base::asio::co_spawn(loop_, manager_->end_all(EndReason::drained),
                         [&](const std::exception_ptr&) { is_over = true; });
    run_until([&] { return is_over; });
  }

  template <class Condition>
  void run_until(Condition condition) {
    loop_.restart();
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!condition() && std::chrono::steady_clock::now() < deadline) loop_.run_one_for(1s);
    ASSERT_TRUE(condition());
  }

  /// One create; cancelled before its browser is there when so wanted.
  base::Result<SharedView> create(bool cancelled) {
    base::Result<SharedView> outcome = base::Error{base::errc::internal, "no outcome"};
    bool is_over = false;
    base::asio::cancellation_signal cancel;
    SessionSpec spec;
    spec.on_disconnect = DisconnectPolicy::keep;
    launcher_.is_held = cancelled;
    const int before = launcher_.launch_calls;
    auto done = [&](const std::exception_ptr&, base::Result<SharedView> result) {
      outcome = std::move(result);
      is_over = true;
    };
    base::asio::co_spawn(loop_, manager_->create(std::move(spec)),
                         base::asio::bind_cancellation_slot(cancel.slot(), done));
    if (cancelled) {
      run_until([&] { return is_over || launcher_.launch_calls > before; });
      cancel.emit(base::asio::cancellation_type::terminal);
    }
    run_until([&] { return is_over; });
    launcher_.release();
    return outcome;
  }

  void cycle(int number) {
    if (number % 4 == 3) launcher_.failures = {{base::errc::launch_failed, "planned"}};
    const auto made = create(number % 4 == 2);
    ASSERT_EQ(made.has_value(), number % 4 < 2) << number;
    if (number % 4 == 0) manager_->use((*made)->id)->operator->()->request_end(EndReason::requested);
    if (number % 4 == 1) launcher_.launched.back()->die({0, 11});
    run_until([&] { return manager_->live() == 0; });
  }

  std::size_t browsers_left() const {
    return launcher_.launched.size() - static_cast<std::size_t>(launcher_.stopped);
  }

  boost::asio::io_context loop_{1};
  browser::SilentSink sink_;
  base::Logger log_{sink_, base::LogLevel::error};
  base::SystemClock clock_;
  std::unique_ptr<store::Database> database_ = std::move(*store::Database::in_memory());
  store::SessionStore rows_{*database_};
  store::TimelineStore timeline_{*database_};
  browser::FakeLauncher launcher_{loop_.get_executor()};
  SessionOptions options_;
  std::unique_ptr<SessionManager> manager_;
};

TEST_F(CyclesTest, TheChecksSeeALeakOfEachKind) {
  const std::size_t descriptors = open_descriptors();
  auto planted = base::make_pipe();
  ASSERT_TRUE(planted);
  EXPECT_EQ(open_descriptors(), descriptors + 2);
  ASSERT_TRUE(create(false));
  EXPECT_EQ(manager_->live(), 1u);
  EXPECT_EQ(browsers_left(), 1u);
}

TEST_F(CyclesTest, AThousandOfThemLeaveNothing) {
  for (int i = 0; i < 8; ++i) cycle(i);
  const std::size_t descriptors = open_descriptors();
  for (int i = 0; i < 1'000; ++i) {
    cycle(i);
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(browsers_left(), 0u);
  EXPECT_EQ(open_descriptors(), descriptors);
  EXPECT_TRUE(manager_->queue().empty());
  for (std::size_t i = 0; i < options_.limit; ++i) EXPECT_TRUE(create(false)) << "slot " << i << " is there";
  EXPECT_FALSE(create(false)) << "and none more";
}

}  // namespace
}  // namespace greenroom::session
