#include "browser/xvfb.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "base/deadline.hpp"
#include "browser/x_protocol.hpp"

namespace greenroom::browser {

namespace asio = base::asio;
using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {

constexpr int number_fd = 3;  // where the server sees its -displayfd
constexpr const char* lock_folder = "/tmp";
constexpr const char* socket_folder = "/tmp/.X11-unix";

std::string socket_path(int number) { return std::string(socket_folder) + "/X" + std::to_string(number); }

/// The number in ".X<number>-lock".
std::optional<int> lock_number(std::string_view name) {
  constexpr std::string_view head = ".X";
  constexpr std::string_view tail = "-lock";
  if (!name.starts_with(head) || !name.ends_with(tail)) return std::nullopt;
  name.remove_prefix(head.size());
  name.remove_suffix(tail.size());
  int number = -1;
  const auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc{} || rest != name.data() + name.size()) return std::nullopt;
  return number;
}

/// The process that a lock file names, or 0. The file is its owner's, who may be hostile.
pid_t lock_owner(const std::string& lock) {
  const base::UniqueFd file(::open(lock.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  std::array<char, 16> text{};
  const ssize_t count = file ? ::read(file.value(), text.data(), text.size()) : 0;
  if (count <= 0) return 0;
  std::string_view digits(text.data(), static_cast<std::size_t>(count));
  digits.remove_prefix(std::min(digits.find_first_not_of(' '), digits.size()));
  pid_t owner = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), owner);
  return owner;
}

Task<void> fill(std::shared_ptr<OutputTail> tail) { co_await tail->run(); }

base::ProcessOptions process_options(const XvfbOptions& options, int number, int errors) {
  base::ProcessOptions process;
  process.executable = options.executable;
  process.arguments = xvfb_arguments(options);
  process.environment = {"HOME=" + options.home};
  process.descriptors = {{number, number_fd}, {errors, 2}};
  process.identity = options.identity;
  return process;
}

}  // namespace

std::vector<std::string> xvfb_arguments(const XvfbOptions& options) {
  const std::string size =
      std::to_string(options.screen.width) + "x" + std::to_string(options.screen.height) + "x24";
  return {
      "-displayfd", std::to_string(number_fd),  // it finds a free number by itself: no race for one
      "-screen",    "0",
      size,         "-extension",
      "GLX",  // its software renderer costs 50 MB, and Chromium does not use it
      "-nolisten",  "tcp",
      "-auth",      options.authority,
      "-terminate",  // goes when the browser has gone, also when nobody is left to stop it
      "-nocursor",   // the recording draws its own, where the client's input is
  };
}

std::optional<int> display_number(std::string_view written) {
  const std::size_t end = written.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  int number = -1;
  const auto [rest, error] = std::from_chars(written.data(), written.data() + end, number);
  if (error != std::errc{} || rest != written.data() + end || number < 0) return std::nullopt;
  return number;
}

Result<void> prepare_x_sockets() {
  if (::geteuid() != 0) return {};
  if (::mkdir(socket_folder, 01777) != 0 && errno != EEXIST)
    return base::errno_error(std::string("making ") + socket_folder, errno);
  const base::UniqueFd folder(::open(socket_folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) return base::errno_error(std::string("opening ") + socket_folder, errno);
  if (::fchown(folder.value(), 0, 0) != 0 || ::fchmod(folder.value(), 01777) != 0)
    return base::errno_error(std::string("taking over ") + socket_folder, errno);
  return {};
}

void remove_x_leftovers(const std::vector<pid_t>& pids) {
  struct Close {
    void operator()(DIR* directory) const { ::closedir(directory); }
  };
  const std::unique_ptr<DIR, Close> entries(::opendir(lock_folder));
  while (const dirent* entry = entries ? ::readdir(entries.get()) : nullptr) {
    const auto number = lock_number(entry->d_name);
    if (!number) continue;
    const std::string lock = std::string(lock_folder) + "/" + entry->d_name;
    if (std::find(pids.begin(), pids.end(), lock_owner(lock)) == pids.end()) continue;
    ::unlink(socket_path(*number).c_str());
    ::unlink(lock.c_str());
  }
}

Xvfb::Xvfb(XvfbOptions options, std::unique_ptr<base::ChildProcess> process, std::shared_ptr<OutputTail> tail)
    : options_(std::move(options)), process_(std::move(process)), tail_(std::move(tail)) {
  display_.cookie = options_.cookie;
  display_.screen = options_.screen;
}

Task<Result<std::unique_ptr<Xvfb>>> Xvfb::start(base::TaskGroup& tasks, XvfbOptions options) {
  co_await base::keep_running_when_cancelled();
  auto number = base::make_pipe();
  if (!number) co_return number.error();
  auto errors = base::make_pipe();
  if (!errors) co_return errors.error();
  const base::ProcessOptions wanted =
      process_options(options, number->second.value(), errors->second.value());
  auto process = base::ChildProcess::start(tasks.executor(), wanted);
  if (!process) co_return Error{errc::launch_failed, process.error().detail};
  number->second.reset();
  errors->second.reset();
  auto tail = std::make_shared<OutputTail>(tasks.executor(), std::move(errors->first));
  tasks.spawn(fill(tail));
  const auto deadline = options.deadline;
  std::unique_ptr<Xvfb> server(new Xvfb(std::move(options), std::move(*process), tail));
  auto ready = co_await base::with_deadline(server->read_number(std::move(number->first)), deadline,
                                            "waiting for the X server");
  if (!ready) {
    co_await server->stop();
    co_return ready.error();
  }
  co_return server;
}

Task<Result<void>> Xvfb::read_number(base::UniqueFd source) {
  co_await base::keep_running_when_cancelled();
  asio::readable_pipe pipe(co_await asio::this_coro::executor, source.release());
  std::string written;
  std::array<char, 16> chunk;
  // The number and its newline come in two writes; closing early would end the server.
  while (written.find('\n') == std::string::npos && written.size() < chunk.size()) {
    auto [error, count] = co_await pipe.async_read_some(asio::buffer(chunk), base::use_tuple);
    if (error == asio::error::operation_aborted) co_return Error{errc::closed, "starting the X server"};
    if (error) {
      (void)co_await base::finishes_within(tail_->ended(), std::chrono::milliseconds(100));
      co_return Error{errc::launch_failed, "the X server ended: " + tail_->text()};
    }
    written.append(chunk.data(), count);
  }
  const auto number = display_number(written);
  if (!number) co_return Error{errc::launch_failed, "the X server names no display"};
  display_.number = *number;
  co_return Result<void>{};
}

Task<Result<void>> Xvfb::park_pointer() {
  co_await base::keep_running_when_cancelled();
  asio::local::stream_protocol::socket socket(co_await asio::this_coro::executor);
  const asio::local::stream_protocol::endpoint server(socket_path(display_.number));
  auto [refused] = co_await socket.async_connect(server, base::use_tuple);
  if (refused) co_return Error{errc::io, "connecting to the display: " + refused.message()};

  std::string buffer = x_setup_request(options_.cookie);
  auto [unsent, sent] = co_await asio::async_write(socket, asio::buffer(buffer), base::use_tuple);
  buffer.assign(x_setup_prefix, '\0');
  auto [unread, got] = co_await asio::async_read(socket, asio::buffer(buffer), base::use_tuple);
  const auto rest = unsent || unread ? std::nullopt : x_setup_rest(buffer);
  if (!rest) co_return Error{errc::protocol, "the display refuses its cookie"};
  buffer.assign(*rest, '\0');
  auto [cut, more] = co_await asio::async_read(socket, asio::buffer(buffer), base::use_tuple);
  const auto root = cut ? std::nullopt : x_root_window(buffer);
  if (!root) co_return Error{errc::protocol, "the display's answer is broken"};

  buffer = x_warp_pointer(*root, display_.screen.width - 1, display_.screen.height - 1);
  auto [lost, written] = co_await asio::async_write(socket, asio::buffer(buffer), base::use_tuple);
  buffer.assign(x_reply_size, '\0');
  auto [silent, answered] = co_await asio::async_read(socket, asio::buffer(buffer), base::use_tuple);
  if (lost || silent) co_return Error{errc::io, "moving the pointer"};
  co_return Result<void>{};
}

Task<void> Xvfb::stop() {
  co_await base::disable_cancellation();
  const auto ended = [this]() -> Task<void> { (void)co_await process_->exited(); };
  process_->signal_group(SIGTERM);
  if (!co_await base::finishes_within(ended(), options_.terminate_deadline)) {
    process_->signal_group(SIGKILL);
    (void)co_await base::finishes_within(ended(), options_.terminate_deadline);
  }
}

}  // namespace greenroom::browser
