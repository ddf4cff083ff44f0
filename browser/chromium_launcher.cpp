#include <csignal>
#include <limits>
#include <list>
#include <unistd.h>

#include "base/apart.hpp"
#include "base/deadline.hpp"
#include "browser/chromium.hpp"
#include "browser/process_tree.hpp"
#include "browser/usage.hpp"

namespace greenroom::browser {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {

/// For what an earlier daemon left running in one directory.
constexpr std::chrono::milliseconds sweep_deadline{5'000};

/// What a launch that did not succeed is called outside.
Error launch_error(Error cause, const Chromium& browser) {
  const std::string words = browser.last_output();
  if (cause.code == errc::timed_out) {
    cause.code = errc::launch_timeout;
  } else if (cause.code != errc::storage_full && cause.code != errc::launch_failed) {
    cause = Error{errc::launch_failed, cause.message()};
  }
  if (!words.empty()) cause.detail += ": " + words;
  return cause;
}

UidRange swept_uids(const LaunchOptions& options) {
  if (!options.first_identity) return {::geteuid(), ::geteuid()};
  return {options.first_identity->uid, options.first_identity->uid + options.identity_count - 1};
}

class ChromiumLauncher final : public Launcher {
 public:
  ChromiumLauncher(const base::Executor& executor, base::BlockingPool& pool, LaunchOptions options,
                   base::Logger log)
      : machine_{executor, pool, std::move(options), std::move(log), std::nullopt} {
    const LaunchOptions& wanted = machine_.options;
    if (wanted.first_identity) machine_.identities.emplace(*wanted.first_identity, wanted.identity_count);
  }

  Task<Result<std::unique_ptr<Browser>>> launch(const Fingerprint& fingerprint) override {
    return start(std::make_unique<Chromium>(machine_, fingerprint, false));
  }

  Task<Result<std::unique_ptr<Browser>>> launch_in_background(Fingerprint fingerprint) override {
    co_await base::keep_running_when_cancelled();
    auto browser = std::make_unique<Chromium>(machine_, std::move(fingerprint), true);
    const auto place = in_background_.insert(in_background_.end(), browser.get());
    auto started = co_await start(std::move(browser));
    in_background_.erase(place);
    co_return started;
  }

  void hurry() override {
    for (Chromium* browser : in_background_) browser->hurry();
  }

  Task<std::vector<Usage>> measure(std::vector<ProcessRoots> trees) override {
    auto job = [trees = std::move(trees)] { return read_usage(trees); };
    co_return co_await machine_.pool.run(std::move(job));
  }

  Task<void> sweep() override {
    auto job = [work = machine_.options.work_directory, uids = swept_uids(machine_.options)] {
      std::vector<std::string> failures;
      for (const std::string& name : instance_names(work)) {
        TreeKey key;
        key.directory = work + "/" + name;
        key.uids = uids;
        key.daemon = ::getpid();
        auto ended = end_processes(key, sweep_deadline);
        auto removed = remove_instance_directory(work, name);
        if (!ended) failures.push_back(ended.error().message());
        if (!removed) failures.push_back(removed.error().message());
      }
      remove_dead_x_sockets(uids);
      // Nobody but root could use a number again whose file is somebody else's, whoever that was.
      const UidRange anybody{0, std::numeric_limits<uid_t>::max()};
      remove_keyboard_files(::geteuid() == 0 ? anybody : uids, std::chrono::seconds(60));
      return failures;
    };
    for (const std::string& failure : co_await machine_.pool.run(std::move(job)))
      machine_.log.error("something of an earlier daemon is left", {{"what", failure}});
  }

 private:
  Task<Result<std::unique_ptr<Browser>>> start(std::unique_ptr<Chromium> browser) {
    co_await base::keep_running_when_cancelled();
    auto started =
        co_await base::with_deadline(browser->start(), machine_.options.deadline, "starting the browser");
    const auto cancelled = (co_await base::asio::this_coro::cancellation_state).cancelled();
    if (started && cancelled == base::asio::cancellation_type::none)
      co_return std::unique_ptr<Browser>(std::move(browser));
    co_await base::apart(browser->stop());
    if (started) co_return Error{errc::launch_failed, "the launch was given up"};
    co_return launch_error(started.error(), *browser);
  }

  Machine machine_;
  std::list<Chromium*> in_background_;  // being launched so
};

}  // namespace

std::unique_ptr<Launcher> make_chromium_launcher(const base::Executor& executor, base::BlockingPool& pool,
                                                 LaunchOptions options, base::Logger log) {
  return std::make_unique<ChromiumLauncher>(executor, pool, std::move(options), std::move(log));
}

}  // namespace greenroom::browser
