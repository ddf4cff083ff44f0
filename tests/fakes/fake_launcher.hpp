// A launcher of fake browsers, which a test can hold back or make fail.
#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "tests/fakes/fake_browser.hpp"

namespace greenroom::browser {

class FakeLauncher final : public Launcher {
 public:
  explicit FakeLauncher(const base::Executor& executor) : executor_(executor), released_(executor) {}

  /// The next launches fail so, in that order; after them all succeed.
  std::deque<base::Error> failures;
  /// While true, launches wait; release() lets them go on.
  bool is_held = false;
  void release() {
    is_held = false;
    released_.notify_all();
  }
  /// Every browser ever launched. A pointer is good as long as its owner keeps the browser.
  std::vector<FakeBrowser*> launched;
  int launch_calls = 0;
  int given_up = 0;  ///< launches that were cancelled
  int stopped = 0;   ///< browsers whose stop() has ended
  int sweeps = 0;

  base::Task<base::Result<std::unique_ptr<Browser>>> launch(const Fingerprint& fingerprint) override {
    co_await base::keep_running_when_cancelled();
    ++launch_calls;
    while (is_held) {
      co_await released_.wait();
      const auto cancelled = (co_await base::asio::this_coro::cancellation_state).cancelled();
      if (cancelled == base::asio::cancellation_type::none) continue;
      ++given_up;
      co_return base::Error{base::errc::launch_failed, "the launch was given up"};
    }
    if (!failures.empty()) {
      base::Error failure = std::move(failures.front());
      failures.pop_front();
      co_return failure;
    }
    auto browser = std::make_unique<FakeBrowser>(executor_, fingerprint);
    browser->on_stopped = [this] { ++stopped; };
    launched.push_back(browser.get());
    co_return std::unique_ptr<Browser>(std::move(browser));
  }
  base::Task<void> sweep() override {
    ++sweeps;
    co_return;
  }

 private:
  base::Executor executor_;
  base::Notifier released_;
};

}  // namespace greenroom::browser
