// One Chromium: its directory, identity, display, process, pipe and windows, from start to the last trace.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/event.hpp"
#include "base/process.hpp"
#include "base/task_group.hpp"
#include "browser/browser.hpp"
#include "browser/cgroup.hpp"
#include "browser/identities.hpp"
#include "browser/instance_directory.hpp"
#include "browser/output_tail.hpp"
#include "browser/window_keeper.hpp"
#include "browser/xvfb.hpp"

namespace greenroom::browser {

/// What a launcher lends to its browsers. Lifetime: it outlives them.
struct Machine {
  base::Executor executor;
  base::BlockingPool& pool;
  LaunchOptions options;
  base::Logger log;
  std::optional<Identities> identities;  ///< as root
};

class Chromium final : public Browser {
 public:
  /// `in_background`: with a low priority until it has started, or hurry() is called.
  Chromium(Machine& machine, Fingerprint fingerprint, bool in_background);

  /// Everything up to the first page. After a failure call stop().
  /// Errors   launch_failed, storage_full, limit_reached, closed, timed_out, protocol.
  /// Cancel   returns early; call stop().
  base::Task<base::Result<void>> start();

  const std::string& id() const override { return id_; }
  const Fingerprint& fingerprint() const override { return fingerprint_; }
  pid_t pid() const override { return process_ ? process_->pid() : 0; }
  ProcessRoots processes() const override;
  cdp::Switchboard& switchboard() override { return *switchboard_; }
  cdp::Line& line() override { return *line_; }
  const Display* display() const override { return xvfb_ ? &xvfb_->display() : nullptr; }
  const std::string& version() const override { return version_; }
  const json::object& version_info() const override { return version_info_; }
  const std::string& download_directory() const override { return download_directory_; }
  std::string upload_directory() const override { return directory_.uploads(); }
  std::string profile_directory() const override { return directory_.profile(); }
  int cgroup() const override { return cgroup_ ? cgroup_->processes() : -1; }
  std::string home_directory() const override { return directory_.home(); }
  std::optional<base::Identity> identity() const override { return identity_; }
  std::optional<std::uint64_t> memory_kills() const override {
    return cgroup_ ? cgroup_->memory_kills() : std::nullopt;
  }
  void when_exited(std::function<base::Task<void>()> action) override { when_exited_ = std::move(action); }
  base::Task<base::Result<void>> use_viewport(Size viewport) override;
  base::Task<base::Result<void>> ensure_page() override;
  base::Task<BrowserExit> exited() override;
  bool is_running() const override { return process_ && process_->is_running(); }
  base::Task<void> stop() override;

  /// Gives what was started in the background its full priority.
  void hurry();

  /// What it last wrote to its standard error.
  const std::string& last_output() const;

 private:
  base::Task<base::Result<void>> make_directory();
  base::Task<base::Result<void>> start_display();
  base::Result<void> open_gate();
  base::Result<void> start_process();
  base::Task<base::Result<void>> start_talking();
  base::ProcessOptions process_options() const;
  bool has_display() const;
  int niceness() const;

  base::Task<base::Result<void>> warm_up_page(std::string target);
  base::Task<void> talk();
  base::Task<void> follow_display();
  base::Task<void> fill_tail();

  base::Task<void> stop_process();
  base::Task<void> remove_traces();
  base::Task<base::Result<void>> remove_directory();
  base::Task<base::Result<void>> make_cgroup();
  base::Task<base::Result<void>> remove_cgroup();
  base::Task<bool> ends_within(std::chrono::milliseconds deadline);

  Machine& machine_;
  std::string id_;
  Fingerprint fingerprint_;
  base::Logger log_;
  InstanceDirectory directory_;
  bool has_directory_ = false;
  std::optional<base::Identity> identity_;
  std::optional<Cgroup> cgroup_;
  std::string cookie_;
  std::uint16_t proxy_port_ = 0;
  std::string download_directory_;
  std::string version_;
  json::object version_info_;

  std::unique_ptr<Xvfb> xvfb_;
  std::unique_ptr<base::ChildProcess> process_;
  std::unique_ptr<OutputTail> tail_;
  std::unique_ptr<cdp::Pipe> pipe_;
  std::unique_ptr<cdp::Switchboard> switchboard_;
  std::unique_ptr<cdp::Line> line_;
  std::unique_ptr<WindowKeeper> windows_;
  bool in_background_ = false;
  bool is_making_page_ = false;
  base::Notifier page_made_;
  std::function<base::Task<void>()> when_exited_;
  bool is_stopping_ = false;
  base::Event stopped_;
  base::TaskGroup tasks_;
};

}  // namespace greenroom::browser
