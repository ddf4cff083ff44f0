#include "base/process.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/process/v2/process.hpp>

#include "base/event.hpp"
#include "base/fd.hpp"
#include "base/private_network.hpp"

namespace greenroom::base {

namespace v2 = boost::process::v2;

namespace {

constexpr int highest_mapped_fd = 15;

/// What the child does between fork and exec. Only async-signal-safe calls: the parent has threads.
struct ChildSetup {
  const ProcessOptions& options;
  const Confinement& confinement;
  std::vector<int> staged;  // room made before the fork: the child must not allocate
  pid_t parent = ::getpid();

  ChildSetup(const ProcessOptions& o, const Confinement& c)
      : options(o), confinement(c), staged(o.descriptors.size(), -1) {}

  static boost::system::error_code last_error() { return {errno, boost::system::system_category()}; }

  boost::system::error_code map_descriptors() {
    // Asio makes its sockets without close-on-exec, and the launcher's own closing misses some: a browser
    // that inherits the listening socket would hold the port after us. dup2 below clears the mark where it
    // must.
    constexpr unsigned mark_cloexec = 4;  // CLOSE_RANGE_CLOEXEC (linux/close_range.h)
    if (::syscall(SYS_close_range, 3U, ~0U, mark_cloexec) != 0) return last_error();
    // Two steps, so that a mapping cannot overwrite a descriptor that a later one still needs.
    constexpr int above_all_targets = highest_mapped_fd + 1;
    for (std::size_t i = 0; i < staged.size(); ++i) {
      staged[i] = ::fcntl(options.descriptors[i].parent, F_DUPFD_CLOEXEC, above_all_targets);
      if (staged[i] < 0) return last_error();
    }
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0) return last_error();
    for (int standard = 0; standard <= 2; ++standard)
      if (::dup2(null, standard) < 0) return last_error();
    for (std::size_t i = 0; i < staged.size(); ++i)
      if (::dup2(staged[i], options.descriptors[i].child) < 0) return last_error();
    return {};
  }

  static void limit(int what, Bytes most) {
    const rlimit both{most.count, most.count};
    if (most.count > 0) ::setrlimit(static_cast<__rlimit_resource_t>(what), &both);
  }

  /// Above its limits a program's own call fails; a signal would end it without a word.
  void set_limits() const {
    limit(RLIMIT_DATA, confinement.memory_limit);
    limit(RLIMIT_FSIZE, confinement.file_limit);
    if (confinement.file_limit.count > 0) std::signal(SIGXFSZ, SIG_IGN);
  }

  /// Behind every change of identity, which would take it back (prctl(2)).
  bool tie_to_parent() const {
    if (!confinement.ends_with_us) return true;
    return ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == parent;
  }

  /// Our handlers would tell this program of signals that are the child's; what is ignored stays so.
  static void take_no_signals_for_us() {
    struct sigaction action {};
    for (int signal = 1; signal < NSIG; ++signal) {
      const bool is_handled = ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_DFL &&
                              action.sa_handler != SIG_IGN;
      if (is_handled || signal == SIGPIPE) std::signal(signal, SIG_DFL);
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
  }

  /// Everything up to exec. An error ends the child.
  boost::system::error_code prepare() {
    if (::setpgid(0, 0) != 0) return last_error();
    take_no_signals_for_us();
    // Before its identity goes: that may not write there. "0" is who writes.
    if (options.cgroup >= 0 && ::write(options.cgroup, "0", 1) != 1) return last_error();
    const bool has_network = confinement.network && ::geteuid() == 0 &&
                             enter_private_network(*confinement.network, NamespaceOwner::us) == 0;
    if (options.identity) {
      if (::setgroups(0, nullptr) != 0 ||
          ::setresgid(options.identity->gid, options.identity->gid, options.identity->gid) != 0 ||
          ::setresuid(options.identity->uid, options.identity->uid, options.identity->uid) != 0)
        return last_error();
    }
    if (confinement.network && !has_network)
      if (const int failure = enter_private_network(*confinement.network, NamespaceOwner::the_child);
          failure != 0)
        return {failure, boost::system::system_category()};
    if (const auto error = map_descriptors()) return error;
    set_limits();
    if (!tie_to_parent()) return last_error();
    ::umask(077);
    if (::chdir(options.working_directory.c_str()) != 0) return last_error();
    return {};
  }
};

/// Process v2's launcher with a shorter way from fork to exec. Its own tells Asio of the fork in the child,
/// which then adds every socket of this program to an epoll set that nobody will use; meanwhile our loop
/// waits (seen: 11 ms in all, with the priority that used to be lowered before exec).
class QuickLauncher : public v2::default_process_launcher {
 public:
  v2::process launch(const Executor& executor, boost::system::error_code& error,
                     const ProcessOptions& options, ChildSetup& setup) {
    const v2::filesystem::path executable(options.executable);
    const char* const* arguments = build_argv_(executable, options.arguments);
    auto verdict = make_pipe();  // closed by exec: nothing to read means that all went well
    if (!verdict) {
      error = ChildSetup::last_error();
      return v2::process(executor);
    }
    sigset_t all, before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    pid = ::fork();
    const int fork_error = errno;
    if (pid == 0) {
      auto failure = setup.prepare();
      if (!failure) {
        ::execve(executable.c_str(), const_cast<char* const*>(arguments), const_cast<char* const*>(env));
        failure = ChildSetup::last_error();
      }
      const int number = failure.value();
      [[maybe_unused]] const ssize_t told = ::write(verdict->second.value(), &number, sizeof number);
      ::_exit(127);  // without this program's destructors
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    verdict->second.reset();
    int number = pid < 0 ? fork_error : 0;
    while (pid > 0 && ::read(verdict->first.value(), &number, sizeof number) < 0 && errno == EINTR) {
    }
    error = {number, boost::system::system_category()};
    return number == 0 ? v2::process(executor, pid) : v2::process(executor);
  }
};

/// What the wait for the end needs. Shared with that wait, because a ChildProcess may be destroyed, and its
/// process killed, while the wait is pending; the wait then ends by itself a moment later.
struct Watch {
  Watch(const Executor& executor, pid_t its_pid, UniqueFd descriptor)
      : pid(its_pid), pidfd(executor, descriptor.release()), ended(executor) {}
  const pid_t pid;
  asio::posix::stream_descriptor pidfd;  // readable once the process has ended
  ExitStatus status;
  Event ended;
};

/// Process v2's own wait blocks the loop: it asks waitpid() to wait once the descriptor is said to be
/// readable, and Asio may say so of the number's earlier owner (seen: a pidfd that is reaped has one more
/// event to come, and when the number is taken anew in between, that event is the new one's).
Task<void> watch(std::shared_ptr<Watch> state) {
  int native = 0;
  for (;;) {
    [[maybe_unused]] auto [error] =
        co_await state->pidfd.async_wait(asio::posix::stream_descriptor::wait_read, use_tuple);
    if (state->ended.is_set()) co_return;  // reaped by the destructor
    const pid_t reaped = ::waitpid(state->pid, &native, WNOHANG);
    if (reaped == state->pid || (reaped < 0 && errno == ECHILD)) break;
  }
  if (WIFSIGNALED(native))
    state->status.signal = WTERMSIG(native);
  else
    state->status.code = WIFEXITED(native) ? WEXITSTATUS(native) : native;
  state->ended.set();
}

class PidfdChild final : public ChildProcess {
 public:
  PidfdChild(const Executor& executor, pid_t pid, UniqueFd pidfd)
      : watch_(std::make_shared<Watch>(executor, pid, std::move(pidfd))), pid_(pid) {
    asio::co_spawn(executor, watch(watch_), [keep = watch_](const std::exception_ptr&) {});
  }

  ~PidfdChild() override {
    if (!is_running()) return;
    signal_group(SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    watch_->ended.set();
    boost::system::error_code ignored;
    watch_->pidfd.cancel(ignored);
  }

  pid_t pid() const override { return pid_; }
  bool is_running() const override { return !watch_->ended.is_set(); }

  Task<ExitStatus> exited() override {
    // Keeps the state, not this object: the object may go while somebody waits.
    const std::shared_ptr<Watch> state = watch_;
    while (!state->ended.is_set()) {
      const auto cancelled = (co_await asio::this_coro::cancellation_state).cancelled();
      if (cancelled != asio::cancellation_type::none) break;
      co_await state->ended.wait();
    }
    co_return state->status;
  }

  void signal_group(int signal) override {
    // The group id stays reserved while any member lives, so this cannot reach a stranger's group unless all
    // have gone and the number came round; ESRCH is then the rule.
    ::kill(-pid_, signal);
  }

 private:
  std::shared_ptr<Watch> watch_;
  pid_t pid_;
};

}  // namespace

std::string ExitStatus::text() const {
  return signal != 0 ? "signal " + std::to_string(signal) : "exit " + std::to_string(code);
}

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(const Executor& executor,
                                                          const ProcessOptions& options) {
  return start_confined(executor, options, Confinement());
}

Result<std::unique_ptr<ChildProcess>> start_confined(const Executor& executor, const ProcessOptions& options,
                                                     const Confinement& confinement) {
  ChildSetup setup(options, confinement);
  std::vector<const char*> environment;
  for (const std::string& pair : options.environment) environment.push_back(pair.c_str());
  environment.push_back(nullptr);
  // The launcher's own error pipe must not get a number that a mapping will overwrite in the child.
  std::vector<UniqueFd> low_numbers;
  do {
    low_numbers.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!low_numbers.back()) return errno_error("opening /dev/null", errno);
  } while (low_numbers.back().value() < highest_mapped_fd);
  boost::system::error_code error;
  QuickLauncher launcher;
  launcher.env = environment.data();
  v2::process process = launcher.launch(executor, error, options, setup);
  if (error) {
    // A child that could not become the executable has left already; nobody else reaps it.
    int status = 0;
    if (launcher.pid > 0) ::waitpid(launcher.pid, &status, 0);
    return Error{errc::io, "starting " + options.executable + ": " + error.message()};
  }
  const pid_t pid = process.id();
  process.detach();
  // Not in the child: we would have waited for it with the priority that it is to have.
  if (options.nice != 0)
    ::setpriority(PRIO_PGRP, static_cast<id_t>(pid),
                  std::min(19, ::getpriority(PRIO_PROCESS, 0) + options.nice));
  UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd) {
    const Error failure = errno_error("watching " + options.executable, errno);
    ::kill(-pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    return failure;
  }
  return std::unique_ptr<ChildProcess>(std::make_unique<PidfdChild>(executor, pid, std::move(pidfd)));
}

}  // namespace greenroom::base
