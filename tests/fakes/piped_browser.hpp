// A browser without a process: a real switchboard on a scripted pipe, and an end that comes when told.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/event.hpp"
#include "base/task_group.hpp"
#include "browser/browser.hpp"
#include "tests/fakes/scripted_pipe.hpp"

namespace greenroom::fakes {

/// What happened to all browsers of one test, by then perhaps gone.
struct BrowserFacts {
  int launched = 0;
  int cancelled = 0;  ///< launches
  int stopped = 0;
};

/// Every command is answered with an empty result. Lifetime `facts` and the log's sink outlive it.
class PipedBrowser final : public browser::Browser {
 public:
  PipedBrowser(const base::Executor& executor, browser::Fingerprint fingerprint, BrowserFacts& facts,
               base::Logger log);

  ScriptedPipe& pipe() { return pipe_; }
  /// The process dies by a signal, and the pipe with it.
  void crash();
  const std::vector<browser::Size>& viewports() const { return viewports_; }

  const std::string& id() const override { return id_; }
  const browser::Fingerprint& fingerprint() const override { return fingerprint_; }
  pid_t pid() const override { return 4711; }
  cdp::Switchboard& switchboard() override { return *switchboard_; }
  cdp::Line& line() override { return *line_; }
  const browser::Display* display() const override { return fingerprint_.headless ? nullptr : &display_; }
  const std::string& version() const override { return version_; }
  const json::object& version_info() const override { return version_info_; }
  const std::string& download_directory() const override { return downloads_; }
  base::Task<base::Result<void>> use_viewport(browser::Size viewport) override;
  base::Task<base::Result<void>> ensure_page() override;
  base::Task<browser::BrowserExit> exited() override;
  bool is_running() const override { return !exited_.is_set(); }
  base::Task<void> stop() override;

  /// Starts the switchboard; once, before anything else.
  base::Task<base::Result<void>> start();

 private:
  std::string id_;
  browser::Fingerprint fingerprint_;
  BrowserFacts& facts_;
  browser::Display display_;
  std::string version_ = "Chrome/1.2.3.4";
  std::string downloads_ = "/downloads";
  json::object version_info_;
  std::vector<browser::Size> viewports_;
  browser::BrowserExit exit_;
  ScriptedPipe pipe_;
  std::unique_ptr<cdp::Switchboard> switchboard_;
  std::unique_ptr<cdp::Line> line_;
  base::Event exited_;
  base::TaskGroup tasks_;
};

/// Hands out browsers, or what the test says instead. Lifetime as above.
class PipedLauncher {
 public:
  PipedLauncher(const base::Executor& executor, base::Logger log)
      : executor_(executor), log_(log), open_(executor) {}

  /// The next launch fails with this.
  void fail_next(base::Error error) { failures_.push_back(std::move(error)); }
  /// Launches wait from here on until they are cancelled or let through.
  void hold() { held_ = true; }
  void let_through();

  base::Task<base::Result<std::unique_ptr<browser::Browser>>> launch(const browser::Fingerprint& fingerprint);

  const BrowserFacts& facts() const { return facts_; }
  /// The newest one, while its session holds it.
  PipedBrowser* newest() const { return newest_; }

 private:
  base::Executor executor_;
  base::Logger log_;
  BrowserFacts facts_;
  std::deque<base::Error> failures_;
  PipedBrowser* newest_ = nullptr;
  bool held_ = false;
  base::Notifier open_;
};

}  // namespace greenroom::fakes
