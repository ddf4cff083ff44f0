#include "recorder/encoder/control_channel.hpp"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace greenroom::recorder::encoder {

using base::errc;
using base::Error;
using base::Result;

namespace {
constexpr std::size_t most_incoming = 26 << 20;  // more than the largest command
constexpr std::size_t most_outgoing = 24 << 20;
}  // namespace

ControlChannel::ControlChannel(int fd) : fd_(fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) is_closed_ = true;
}

void ControlChannel::receive() {
  char chunk[65536];
  while (!is_closed_ && incoming_.waiting() <= most_incoming) {
    const ssize_t n = ::read(fd_, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (n <= 0) {
      is_closed_ = true;
      return;
    }
    incoming_.feed(std::string_view(chunk, static_cast<std::size_t>(n)));
  }
}

Result<std::optional<EncoderCommand>> ControlChannel::next_command() { return incoming_.next(); }

void ControlChannel::send(const EncoderEvent& event) {
  const bool may_drop = std::holds_alternative<EncoderPicture>(event) ||
                        std::holds_alternative<EncoderStats>(event) ||
                        std::holds_alternative<EncoderPart>(event);
  if (is_closed_ || (may_drop && outgoing_.size() > most_outgoing)) return;
  outgoing_ += to_message(event);
}

void ControlChannel::flush() {
  while (wants_to_write()) {
    const ssize_t n = ::send(fd_, outgoing_.data(), outgoing_.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (n < 0) {
      is_closed_ = true;
      return;
    }
    outgoing_.erase(0, static_cast<std::size_t>(n));
  }
}

void ControlChannel::flush_within(std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  for (flush(); wants_to_write(); flush()) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    pollfd waiting{fd_, POLLOUT, 0};
    ::poll(&waiting, 1, static_cast<int>(left.count()));
  }
}

}  // namespace greenroom::recorder::encoder
