#include "recorder/encoder_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include "base/fd.hpp"

namespace greenroom::recorder {

using base::errc;
using base::Error;
using base::Result;
using base::Task;
using base::UniqueFd;

namespace {

namespace asio = boost::asio;

constexpr int control_fd = 3;
constexpr int directory_fd = 4;
constexpr std::size_t most_queued = 64 << 10;
constexpr int socket_buffer = 1 << 20;  // a picture or two: fewer wake-ups for each

class RealEncoderProcess final : public EncoderProcess {
 public:
  RealEncoderProcess(const base::Executor& executor, UniqueFd socket,
                     std::unique_ptr<base::ChildProcess> child)
      : socket_(executor, asio::local::stream_protocol(), socket.release()), child_(std::move(child)) {
    boost::system::error_code ignored;
    (void)socket_.set_option(asio::socket_base::send_buffer_size(socket_buffer), ignored);
  }

  Task<Result<std::string>> receive() override {
    co_await base::keep_running_when_cancelled();
    const auto [error, size] = co_await socket_.async_read_some(asio::buffer(chunk_), base::use_tuple);
    if (error) co_return Error{errc::closed, "the encoder's socket"};
    co_return std::string(chunk_.data(), size);
  }

  Result<void> send(std::string_view bytes) override {
    if (is_delivering_) {
      if (queued_.size() + bytes.size() > most_queued)
        return Error{errc::unavailable, "the encoder does not read"};
      queued_ += bytes;
      return {};
    }
    // Commands are a few hundred bytes at most: what does not fit at once is not being read.
    const ssize_t n =
        ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n == static_cast<ssize_t>(bytes.size())) return {};
    if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK) return Error{errc::closed, "the encoder's socket"};
    return Error{errc::unavailable, "the encoder does not read"};
  }

  Task<Result<void>> deliver(std::string bytes) override {
    co_await base::keep_running_when_cancelled();
    is_delivering_ = true;
    while (!bytes.empty()) {
      const auto [error, size] = co_await asio::async_write(socket_, asio::buffer(bytes), base::use_tuple);
      bytes = std::exchange(queued_, {});
      if (!error) continue;
      is_delivering_ = false;
      co_return Error{errc::closed, "the encoder's socket"};
    }
    is_delivering_ = false;
    co_return Result<void>();
  }

  Task<base::ExitStatus> exited() override { return child_->exited(); }
  void kill() override { child_->signal_group(SIGKILL); }

 private:
  asio::local::stream_protocol::socket socket_;
  std::unique_ptr<base::ChildProcess> child_;
  std::array<char, 65536> chunk_;
  bool is_delivering_ = false;
  std::string queued_;  // commands that came meanwhile
};

Result<UniqueFd> prepare_directory(const std::string& path, const std::optional<base::Identity>& owner) {
  constexpr mode_t only_owner = 0700;
  if (::mkdir(path.c_str(), only_owner) != 0 && errno != EEXIST)
    return base::errno_error("creating " + path, errno);
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return base::errno_error("opening " + path, errno);
  if (owner && ::fchown(fd.value(), owner->uid, owner->gid) != 0)
    return base::errno_error("giving away " + path, errno);
  return fd;
}

}  // namespace

Result<std::unique_ptr<EncoderProcess>> EncoderProcess::start(const base::Executor& executor,
                                                              const EncoderProgram& program,
                                                              const std::string& mode,
                                                              const std::string& directory) {
  const auto opened = prepare_directory(directory, program.identity);
  if (!opened) return opened.error();
  auto sockets = base::make_socket_pair();
  if (!sockets) return sockets.error();
  base::ProcessOptions options;
  options.executable = program.executable;
  options.arguments = {mode};
  options.descriptors = {{sockets->second.value(), control_fd}, {opened->value(), directory_fd}};
  options.identity = program.identity;
  options.nice = program.nice;
  auto child = base::ChildProcess::start(executor, options);
  if (!child) return child.error();
  return std::unique_ptr<EncoderProcess>(
      std::make_unique<RealEncoderProcess>(executor, std::move(sockets->first), std::move(*child)));
}

}  // namespace greenroom::recorder
