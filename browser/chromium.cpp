#include "browser/chromium.hpp"

#include <csignal>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/apart.hpp"
#include "base/crypto.hpp"
#include "base/deadline.hpp"
#include "base/ids.hpp"
#include "browser/process_tree.hpp"
#include "browser/switches.hpp"
#include "browser/warm_up.hpp"
#include "browser/x_protocol.hpp"

namespace greenroom::browser {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {

constexpr std::size_t cookie_size = 16;
/// A session opens one for its timeline and one for its first client.
constexpr std::size_t prepared_lines = 2;
constexpr std::chrono::seconds warm_up_deadline{3};
/// Added to the niceness of what is launched in the background.
constexpr int background_niceness = 10;
/// Who lowers a priority must be able to raise it again: a daemon that is root may have lost that right.
bool may_raise_priorities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capget, &header, data) != 0) return false;
  return (data[0].effective & (1u << CAP_SYS_NICE)) != 0;
}

}  // namespace

Chromium::Chromium(Machine& machine, Fingerprint fingerprint, bool in_background)
    : machine_(machine),
      id_(base::make_uuid()),
      fingerprint_(std::move(fingerprint)),
      log_(machine.log.with("browser", id_)),
      in_background_(in_background),
      page_made_(machine.executor),
      stopped_(machine.executor),
      tasks_(machine.executor) {}

const std::string& Chromium::last_output() const {
  static const std::string nothing;
  return tail_ ? tail_->text() : nothing;
}

Task<Result<void>> Chromium::start() {
  co_await base::keep_running_when_cancelled();
  if (machine_.identities) {
    auto identity = machine_.identities->acquire();
    if (!identity) co_return identity.error();
    identity_ = *identity;
  }
  auto step = co_await make_directory();
  if (!step) co_return step;
  if (has_display()) {
    step = co_await start_display();
    if (!step) co_return step;
  }
  const auto cancellation = co_await base::asio::this_coro::cancellation_state;
  if (cancellation.cancelled() != base::asio::cancellation_type::none)
    co_return Error{errc::closed, "the launch was given up"};
  step = open_gate();
  if (!step) co_return step;
  step = start_process();
  if (!step) co_return step;
  step = co_await start_talking();
  hurry();
  co_return step;
}

bool Chromium::has_display() const {
  return !fingerprint_.headless && fingerprint_.engine == Engine::chromium;
}

int Chromium::niceness() const {
  static const bool may_raise = may_raise_priorities();
  return in_background_ && identity_ && may_raise ? background_niceness : 0;
}

void Chromium::hurry() {
  const bool is_lowered = niceness() != 0;
  in_background_ = false;
  if (!is_lowered) return;
  // Every thread of every process of that user, and the user is this browser's alone.
  ::setpriority(PRIO_USER, identity_->uid, ::getpriority(PRIO_PROCESS, 0));
}

ProcessRoots Chromium::processes() const {
  ProcessRoots roots;
  if (process_) roots.push_back(process_->pid());
  if (xvfb_) roots.push_back(xvfb_->process().pid());
  return roots;
}

Task<Result<void>> Chromium::make_directory() {
  if (has_display()) cookie_ = base::random_bytes(cookie_size);
  directory_.root = machine_.options.work_directory + "/" + id_;
  download_directory_ = directory_.downloads();
  auto job = [work = machine_.options.work_directory, id = id_, owner = identity_, cookie = cookie_,
              preferences = initial_preferences(download_directory_, fingerprint_.authorities),
              profile = fingerprint_.profile]() -> Result<void> {
    if (auto made = make_work_directory(work); !made) return made;
    if (auto prepared = prepare_x_sockets(); !prepared) return prepared;
    InitialContent content;
    content.profile = profile.get();
    content.preferences = preferences;
    content.local_state = initial_local_state();
    if (!cookie.empty()) content.files.push_back({"xauthority", xauthority_record(cookie)});
    auto made = make_instance_directory(work, id, owner, content);
    if (!made) return made.error();
    return {};
  };
  has_directory_ = true;
  auto made = co_await base::apart(machine_.pool.run(std::move(job)));
  fingerprint_.profile.reset();  // it may hold files open
  if (made && machine_.options.cgroups) made = co_await base::apart(make_cgroup());
  co_return made;
}

Task<Result<void>> Chromium::make_cgroup() {
  auto job = [tree = machine_.options.cgroups, id = id_] { return tree->make(id); };
  auto made = co_await machine_.pool.run(std::move(job));
  if (!made) co_return made.error();
  cgroup_.emplace(std::move(*made));
  co_return Result<void>{};
}

Task<Result<void>> Chromium::start_display() {
  XvfbOptions options;
  options.executable = machine_.options.xvfb;
  options.authority = directory_.authority();
  options.cookie = cookie_;
  options.screen = fingerprint_.screen;
  options.home = directory_.home();
  options.identity = identity_;
  options.nice = niceness();
  if (cgroup_) options.cgroup = cgroup_->processes();
  auto display = co_await Xvfb::start(tasks_, std::move(options));
  if (!display) co_return display.error();
  xvfb_ = std::move(*display);
  tasks_.spawn(follow_display());
  co_return Result<void>{};
}

Result<void> Chromium::open_gate() {
  if (machine_.options.gate == nullptr) return {};
  const auto port = machine_.options.gate->open(id_, identity_ ? identity_->uid : ::geteuid());
  if (!port) return port.error();
  proxy_port_ = *port;
  return {};
}

base::ProcessOptions Chromium::process_options() const {
  base::ProcessOptions options;
  const bool is_shell = fingerprint_.engine == Engine::headless_shell;
  options.executable = is_shell ? machine_.options.headless_shell : machine_.options.executable;
  const ProfilePaths paths{directory_.profile(), directory_.cache(), proxy_port_};
  options.arguments = chromium_arguments(machine_.options, fingerprint_, paths);
  options.environment = {"HOME=" + directory_.home(),
                         // File names are UTF-8: in the C locale Chromium finds only those in ASCII.
                         "LC_CTYPE=C.UTF-8",
                         // <instance>/tmp by a short name: Chromium binds a socket below it, and a socket's
                         // path has at most 107 bytes.
                         "TMPDIR=/proc/self/cwd/tmp", "XDG_CONFIG_HOME=" + directory_.home() + "/.config",
                         "XDG_CACHE_HOME=" + directory_.home() + "/.cache",
                         "XDG_DATA_HOME=" + directory_.home() + "/.local",
                         "XDG_RUNTIME_DIR=" + directory_.temporary()};
  if (xvfb_) {
    options.environment.push_back("DISPLAY=:" + std::to_string(xvfb_->display().number));
    options.environment.push_back("XAUTHORITY=" + directory_.authority());
  }
  if (!fingerprint_.timezone.empty()) options.environment.push_back("TZ=" + fingerprint_.timezone);
  if (!fingerprint_.language.empty()) options.environment.push_back("LANGUAGE=" + fingerprint_.language);
  options.working_directory = directory_.root;
  options.identity = identity_;
  options.nice = niceness();
  if (cgroup_) options.cgroup = cgroup_->processes();
  return options;
}

Result<void> Chromium::start_process() {
  auto to_browser = base::make_pipe();
  auto from_browser = base::make_pipe();
  auto errors = base::make_pipe();
  if (!to_browser || !from_browser || !errors) return Error{errc::launch_failed, "out of descriptors"};
  base::ProcessOptions options = process_options();
  options.descriptors = {
      {errors->second.value(), 2}, {to_browser->first.value(), 3}, {from_browser->second.value(), 4}};
  auto process = base::ChildProcess::start(machine_.executor, options);
  if (!process) return Error{errc::launch_failed, process.error().detail};
  process_ = std::move(*process);
  tail_ = std::make_unique<OutputTail>(machine_.executor, std::move(errors->first));
  tasks_.spawn(fill_tail());
  pipe_ = cdp::make_pipe_transport(machine_.executor, to_browser->second.release(),
                                   from_browser->first.release());
  cdp::SwitchboardOptions wanted;
  wanted.download_directory = directory_.downloads();
  wanted.upload_directory = directory_.uploads();
  if (machine_.options.gate != nullptr)
    wanted.failure_reason = [this] { return machine_.options.gate->last_failure(id_); };
  wanted.call_deadline = machine_.options.deadline;  // the first answers of a busy machine's cold start
  switchboard_ = cdp::Switchboard::make(machine_.executor, *pipe_, std::move(wanted), log_);
  tasks_.spawn(talk());
  return {};
}

Task<Result<void>> Chromium::start_talking() {
  auto line = co_await switchboard_->open_line();
  if (!line) co_return line.error();
  line_ = std::move(*line);
  auto version = co_await line_->call("Browser.getVersion", json::object());
  if (!version) co_return version.error();
  version_info_ = std::move(*version);
  const json::value* product = version_info_.if_contains("product");
  if (product == nullptr || !product->is_string())
    co_return Error{errc::protocol, "a browser without a version"};
  version_ = product->get_string();
  // Before the first window, and when Chromium is connected: the server ends with its last client.
  if (xvfb_) {
    auto parked =
        co_await base::with_deadline(xvfb_->park_pointer(), std::chrono::seconds(2), "moving the pointer");
    if (!parked) co_return parked.error();
  }
  const WindowKeeper::Options options{machine_.options.viewport, fingerprint_.screen, !has_display(),
                                      display()};
  windows_ = std::make_unique<WindowKeeper>(machine_.executor, *switchboard_, options, log_);
  auto step = co_await windows_->start();
  if (!step) co_return step;
  tasks_.spawn(windows_->run());
  auto page = co_await windows_->open_page();
  if (!page) co_return page.error();
  if (in_background_) step = co_await warm_up_page(std::move(*page));
  if (!step) co_return step;
  co_return co_await switchboard_->prepare_lines(prepared_lines);
}

/// Who waits for the browser would wait for this too: what is needed at once goes without. A page that did
/// not come back to where it was is replaced.
Task<Result<void>> Chromium::warm_up_page(std::string target) {
  const auto done = co_await base::with_deadline(warm_up(machine_.executor, *switchboard_, target),
                                                 warm_up_deadline, "warming up");
  if (done) co_return Result<void>{};
  log_.warning("a page was not warmed up", {{"why", done.error().message()}});
  auto fresh = co_await windows_->open_page();
  if (!fresh) co_return fresh.error();
  json::object spoilt;
  spoilt["targetId"] = target;
  auto closed = co_await line_->call("Target.closeTarget", std::move(spoilt));
  if (!closed) co_return closed.error();
  co_return Result<void>{};
}

Task<void> Chromium::talk() {
  co_await base::keep_running_when_cancelled();
  co_await switchboard_->run();
  // Without its pipe Chromium exits by itself; one that does not is of no use to anybody.
  // (A co_await inside this condition makes GCC 12 lay the frame out wrongly.)
  const bool has_ended = co_await ends_within(machine_.options.terminate_deadline);
  if (!has_ended) process_->signal_group(SIGKILL);
}

Task<void> Chromium::follow_display() {
  (void)co_await xvfb_->process().exited();
  // Chromium cannot go on without its display; it may take its time to notice.
  if (!is_stopping_ && process_) process_->signal_group(SIGKILL);
}

Task<void> Chromium::fill_tail() { co_await tail_->run(); }

Task<bool> Chromium::ends_within(std::chrono::milliseconds deadline) {
  const auto ended = [this]() -> Task<void> { (void)co_await process_->exited(); };
  co_return co_await base::finishes_within(ended(), deadline);
}

Task<Result<void>> Chromium::use_viewport(Size viewport) { return windows_->use_viewport(viewport); }

Task<Result<void>> Chromium::ensure_page() {
  // Two clients that come at the same time must not make two pages.
  while (is_making_page_) co_await page_made_.wait();
  is_making_page_ = true;
  auto found = co_await windows_->has_page();
  Result<void> done = found ? Result<void>{} : Result<void>(found.error());
  if (found && !*found) {
    auto page = co_await windows_->open_page();
    if (!page) done = page.error();
  }
  is_making_page_ = false;
  page_made_.notify_all();
  co_return done;
}

Task<BrowserExit> Chromium::exited() {
  BrowserExit end;
  end.status = co_await process_->exited();
  // Cancelled: who takes a warm browser must not wait for words that are not its last.
  if (process_->is_running()) co_return end;
  // Its last words may still be in the pipe; processes that outlive it may hold that open.
  (void)co_await base::finishes_within(tail_->ended(), std::chrono::milliseconds(20));
  end.last_output = tail_->text();
  co_return end;
}

}  // namespace greenroom::browser
