// How a browser ends: the ladder from a request to SIGKILL, and what is removed behind it.
#include <csignal>
#include <unistd.h>

#include "base/apart.hpp"
#include "base/deadline.hpp"
#include "browser/chromium.hpp"
#include "browser/process_tree.hpp"

namespace greenroom::browser {

using base::Result;
using base::Task;

namespace {
/// For the processes that are left when the browser itself has ended.
constexpr std::chrono::milliseconds tree_deadline{5'000};
}  // namespace

Task<void> Chromium::stop() {
  co_await base::disable_cancellation();
  if (std::exchange(is_stopping_, true)) {
    while (!stopped_.is_set()) co_await stopped_.wait();
    co_return;
  }
  if (process_) co_await stop_process();
  if (xvfb_) co_await xvfb_->stop();
  if (windows_) windows_->stop();
  if (pipe_) pipe_->close();
  co_await remove_traces();
  tasks_.stop();
  co_await tasks_.join();
  stopped_.set();
}

Task<void> Chromium::stop_process() {
  if (process_->is_running() && line_) {
    line_->post("Browser.close", json::object());
    (void)co_await ends_within(machine_.options.close_deadline);
  }
  if (process_->is_running()) {
    log_.debug("terminating", {});
    process_->signal_group(SIGTERM);
    (void)co_await ends_within(machine_.options.terminate_deadline);
  }
  // Also after a good end: a group may have members that its leader has left behind.
  process_->signal_group(SIGKILL);
  (void)co_await ends_within(machine_.options.terminate_deadline);
}

/// Behind end_processes(), which reaps; what has escaped that is killed here.
Task<Result<void>> Chromium::remove_cgroup() {
  if (!cgroup_) co_return Result<void>{};
  auto job = [group = &*cgroup_] {
    group->kill();
    return group->remove();
  };
  auto removed = co_await machine_.pool.run(std::move(job));
  if (removed) cgroup_.reset();
  co_return removed;
}

Task<Result<void>> Chromium::remove_directory() {
  if (!has_directory_) co_return Result<void>{};
  auto job = [work = machine_.options.work_directory, id = id_] {
    return remove_instance_directory(work, id);
  };
  co_return co_await machine_.pool.run(std::move(job));
}

Task<void> Chromium::remove_traces() {
  TreeKey key;
  key.directory = directory_.root;
  key.daemon = ::getpid();
  key.is_exclusive = identity_.has_value();
  key.uids = identity_ ? UidRange{identity_->uid, identity_->uid} : UidRange{::geteuid(), ::geteuid()};
  if (process_) key.leaders.push_back(process_->pid());
  if (xvfb_) key.leaders.push_back(xvfb_->process().pid());
  const int display = xvfb_ ? xvfb_->display().number : -1;
  // A server that was broken off before it could be used may have been compiling its keyboard.
  const bool was_broken_off = has_display() && !xvfb_ && identity_;
  const ino_t socket = xvfb_ ? xvfb_->socket() : 0;
  auto job = [key, display, socket, was_broken_off, work = machine_.options.work_directory, id = id_,
              has_directory = has_directory_ && !when_exited_]() -> Result<void> {
    auto ended = end_processes(key, tree_deadline);
    if (display >= 0) remove_dead_x_socket(display, socket);
    if (was_broken_off) remove_keyboard_files(key.uids, std::chrono::seconds(0));
    Result<void> removed = has_directory ? remove_instance_directory(work, id) : Result<void>{};
    if (!ended) return ended.error();
    return removed;
  };
  auto removed = co_await machine_.pool.run(std::move(job));
  auto group = co_await remove_cgroup();
  if (removed) removed = group;
  if (proxy_port_ != 0) co_await machine_.options.gate->close(id_);
  if (when_exited_) {
    if (removed) co_await when_exited_();
    auto directory = co_await remove_directory();
    if (removed) removed = directory;
  }
  if (!removed) {
    // Its identity is not used again while something of it may still run.
    log_.error("a browser left something behind", {{"what", removed.error().message()}});
    co_return;
  }
  if (identity_) machine_.identities->release(*identity_);
  identity_.reset();
}

}  // namespace greenroom::browser
