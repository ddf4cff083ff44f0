#include "browser/xvfb.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/apart.hpp"
#include "base/deadline.hpp"
#include "base/fd.hpp"
#include "base/private_network.hpp"
#include "browser/x_client.hpp"

namespace greenroom::browser {

namespace asio = base::asio;
using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {

constexpr int number_fd = 3;  // where the server sees its -displayfd
constexpr const char* socket_folder = "/tmp/.X11-unix";

/// Whether nobody in this network namespace has that path.
bool is_nobodys(const std::string& path) {
  const auto table = base::read_file("/proc/net/unix");
  return table && !is_bound(*table, path);
}

/// Whether nobody at all listens there. A server that only does not answer yet is somebody.
bool refuses(const std::string& path) {
  const base::UniqueFd client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (!client || path.size() >= sizeof address.sun_path) return false;
  path.copy(address.sun_path, path.size());
  const auto* any = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(client.value(), any, sizeof address) != 0 && errno == ECONNREFUSED;
}

/// 0 when there is no such file.
ino_t inode_of(const std::string& path) {
  struct stat about {};
  return ::lstat(path.c_str(), &about) == 0 ? about.st_ino : 0;
}

Task<void> fill(std::shared_ptr<OutputTail> tail) { co_await tail->run(); }

base::ProcessOptions process_options(const XvfbOptions& options, int number, int errors) {
  base::ProcessOptions process;
  process.executable = options.executable;
  process.arguments = xvfb_arguments(options);
  process.environment = {"HOME=" + options.home};
  process.descriptors = {{number, number_fd}, {errors, 2}};
  process.identity = options.identity;
  process.nice = options.nice;
  process.cgroup = options.cgroup;
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
      "-terminate",  // goes when the browser and the daemon have gone: nobody is left to stop it
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

bool is_bound(std::string_view table, std::string_view path) {
  for (std::size_t at = table.find(path); at != std::string_view::npos; at = table.find(path, at + 1)) {
    const char before = at == 0 ? ' ' : table[at - 1];
    const std::size_t end = at + path.size();
    if ((before == ' ' || before == '@') && (end == table.size() || table[end] == '\n')) return true;
  }
  return false;
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

void remove_keyboard_files(UidRange owners, std::chrono::seconds youth) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/tmp", ignored)) {
    const std::string name = entry.path().filename().string();
    struct stat about {};
    if (!name.starts_with("server-") || !name.ends_with(".xkm")) continue;
    if (::lstat(entry.path().c_str(), &about) != 0 || !S_ISREG(about.st_mode)) continue;
    if (about.st_uid < owners.first || about.st_uid > owners.last) continue;
    if (std::time(nullptr) - about.st_mtim.tv_sec >= youth.count()) ::unlink(entry.path().c_str());
  }
}

void remove_dead_x_socket(int number, ino_t inode) {
  const std::string path = x_socket_path(number);
  if (inode_of(path) == inode && is_nobodys(path)) ::unlink(path.c_str());
}

void remove_dead_x_sockets(UidRange owners) {
  struct Close {
    void operator()(DIR* directory) const { ::closedir(directory); }
  };
  const std::unique_ptr<DIR, Close> entries(::opendir(socket_folder));
  while (const dirent* entry = entries ? ::readdir(entries.get()) : nullptr) {
    const std::string path = std::string(socket_folder) + "/" + entry->d_name;
    struct stat about {};
    if (entry->d_name[0] != 'X' || ::lstat(path.c_str(), &about) != 0 || !S_ISSOCK(about.st_mode)) continue;
    if (about.st_uid < owners.first || about.st_uid > owners.last) continue;
    // A server of another network namespace is not in the table, and has to be asked. One that is just
    // starting, and would end with us, is left alone.
    constexpr std::time_t youth = 10;  // seconds
    if (std::time(nullptr) - about.st_mtim.tv_sec < youth) continue;
    if (is_nobodys(path) && refuses(path)) ::unlink(path.c_str());
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
  // -terminate ends it with its last client; before the first one there is nobody but us to end it.
  base::Confinement limits;
  limits.ends_with_us = true;
  auto process = base::start_confined(tasks.executor(), wanted, limits);
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
    co_await base::apart(server->stop());
    co_return ready.error();
  }
  // A connection of ours for the server's whole life: it ends with its last client, and on a busy machine
  // Chromium's first, short one can be over before its second begins.
  auto holder =
      co_await base::with_deadline(XClient::connect(server->display_), deadline, "meeting the X server");
  if (!holder) {
    co_await base::apart(server->stop());
    co_return holder.error();
  }
  server->holder_ = std::move(*holder);
  server->socket_ = inode_of(x_socket_path(server->display_.number));
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
  return holder_->move_pointer(display_.screen.width - 1, display_.screen.height - 1);
}

Task<void> Xvfb::stop() {
  co_await base::disable_cancellation();
  const auto ended = [this]() -> Task<void> { (void)co_await process_->exited(); };
  process_->signal_group(SIGTERM);
  const bool has_ended = co_await base::finishes_within(ended(), options_.terminate_deadline);
  if (!has_ended) {
    process_->signal_group(SIGKILL);
    (void)co_await base::finishes_within(ended(), options_.terminate_deadline);
  }
}

}  // namespace greenroom::browser
