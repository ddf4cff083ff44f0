#include "tests/fakes/piped_browser.hpp"

#include <utility>

#include <boost/json.hpp>

#include "base/ids.hpp"

namespace greenroom::fakes {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

PipedBrowser::PipedBrowser(const base::Executor& executor, browser::Fingerprint fingerprint,
                           BrowserFacts& facts, base::Logger log)
    : id_(base::make_uuid()),
      fingerprint_(std::move(fingerprint)),
      facts_(facts),
      display_{99, std::string(16, 'c'), fingerprint_.screen},
      pipe_(executor, ScriptedPipe::empty_result),
      exited_(executor),
      tasks_(executor) {
  version_info_["product"] = version_;
  cdp::SwitchboardOptions options;
  options.download_directory = downloads_;
  switchboard_ = cdp::Switchboard::make(executor, pipe_, options, log);
}

Task<Result<void>> PipedBrowser::start() {
  tasks_.spawn(switchboard_->run());
  auto line = co_await switchboard_->open_line();
  if (!line) co_return line.error();
  line_ = std::move(*line);
  co_return Result<void>();
}

void PipedBrowser::crash() {
  exit_.status = {0, 11};
  pipe_.hang_up();
  exited_.set();
}

Task<Result<void>> PipedBrowser::use_viewport(browser::Size viewport) {
  viewports_.push_back(viewport);
  co_return Result<void>();
}

Task<Result<void>> PipedBrowser::ensure_page() { co_return Result<void>(); }

Task<browser::BrowserExit> PipedBrowser::exited() {
  co_await exited_.wait();
  co_return exit_;
}

Task<void> PipedBrowser::stop() {
  co_await base::disable_cancellation();
  pipe_.hang_up();
  exited_.set();
  co_await tasks_.join();
  ++facts_.stopped;
}

void PipedLauncher::let_through() {
  held_ = false;
  open_.notify_all();
}

Task<Result<std::unique_ptr<browser::Browser>>> PipedLauncher::launch(
    const browser::Fingerprint& fingerprint) {
  co_await base::keep_running_when_cancelled();
  if (!failures_.empty()) {
    Error failure = std::move(failures_.front());
    failures_.pop_front();
    co_return failure;
  }
  while (held_) {
    co_await open_.wait();
    const auto state = co_await base::asio::this_coro::cancellation_state;
    if (state.cancelled() != base::asio::cancellation_type::none) {
      ++facts_.cancelled;
      co_return Error{errc::closed, "cancelled"};
    }
  }
  auto browser = std::make_unique<PipedBrowser>(executor_, fingerprint, facts_, log_);
  ++facts_.launched;
  newest_ = browser.get();
  auto started = co_await browser->start();
  if (!started) co_return started.error();
  co_return std::unique_ptr<browser::Browser>(std::move(browser));
}

}  // namespace greenroom::fakes
