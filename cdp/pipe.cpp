// The browser's pipe: Chromium reads commands from its fd 3 and writes to its fd 4.
#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/event.hpp"
#include "cdp/framing.hpp"
#include "cdp/switchboard.hpp"

namespace greenroom::cdp {

namespace {
using base::errc;
using base::Error;
namespace asio = boost::asio;

constexpr std::size_t read_chunk = 128 * 1024;
constexpr int kernel_buffer = 1 << 20;             // F_SETPIPE_SZ; an unprivileged process may have 1 MiB
constexpr std::size_t borrowed_size = 1u << 20;    // smaller messages are copied when they have to wait
constexpr std::size_t low_water = 4u << 20;        // clients are read again below this
constexpr std::size_t queue_bound = 512ull << 20;  // several messages of the largest size
constexpr base::Bytes browser_message_limit{256ull << 20};

class DescriptorPipe final : public Pipe {
 public:
  DescriptorPipe(const base::Executor& executor, int to_browser, int from_browser)
      : to_browser_(executor, to_browser),
        from_browser_(executor, from_browser),
        deframer_(browser_message_limit),
        drained_(executor) {
    // More room in the kernel means fewer wake-ups for large messages; without it all works, more slowly.
    ::fcntl(to_browser, F_SETPIPE_SZ, kernel_buffer);
    ::fcntl(from_browser, F_SETPIPE_SZ, kernel_buffer);
    to_browser_.non_blocking(true);
    from_browser_.non_blocking(true);
    buffer_.resize(read_chunk);
  }

  base::Task<base::Result<std::vector<std::string>>> read() override {
    std::vector<std::string> messages;
    while (messages.empty()) {
      auto [failure, size] = co_await from_browser_.async_read_some(asio::buffer(buffer_), base::use_tuple);
      if (failure) co_return Error{errc::closed, "the browser's pipe: " + failure.message()};
      const auto fed = deframer_.feed(std::string_view(buffer_.data(), size), messages);
      if (!fed) co_return fed.error();
    }
    co_return messages;
  }

  bool send(std::string message) override {
    if (closed_) return false;
    if (queue_.empty()) {
      // c_str() ends with the NUL that frames the message.
      const std::size_t taken = write_now({std::string_view(message.c_str(), message.size() + 1)});
      if (closed_) return false;
      if (taken == message.size() + 1) return true;
      return enqueue(std::move(message), taken);
    }
    return enqueue(std::move(message), 0);
  }

  bool send(std::string_view head, std::string_view body) override {
    if (closed_) return false;
    std::size_t taken = 0;
    if (queue_.empty()) {
      taken = write_now({head, body, std::string_view("\0", 1)});
      if (closed_) return false;
      if (taken == head.size() + body.size() + 1) return true;
    }
    if (body.size() >= borrowed_size) return borrow(head, body, taken);
    std::string rest;
    rest.reserve(head.size() + body.size());
    rest.append(head).append(body);
    return enqueue(std::move(rest), taken);
  }

  base::Task<base::Result<void>> drained() override {
    while (!closed_ && (queued_ > low_water || borrowed_ > 0)) co_await drained_.wait();
    if (closed_) co_return Error{errc::closed, "the browser's pipe"};
    co_return base::Result<void>();
  }

  void close() override {
    closed_ = true;
    boost::system::error_code ignored;
    to_browser_.close(ignored);
    from_browser_.close(ignored);
    drained_.notify_all();
  }

 private:
  struct Part {
    std::string text;       // its terminating NUL is sent too, behind the body if there is one
    std::string_view body;  // somebody else's memory, which stays until it has been sent
    std::size_t taken = 0;  // bytes that the kernel has
    std::size_t size() const { return text.size() + body.size() + 1; }
  };

  std::size_t write_now(std::initializer_list<std::string_view> pieces) {
    std::array<iovec, 3> vectors{};
    int count = 0;
    for (const std::string_view piece : pieces)
      vectors[static_cast<std::size_t>(count++)] = {const_cast<char*>(piece.data()), piece.size()};
    for (;;) {
      const ssize_t n = ::writev(to_browser_.native_handle(), vectors.data(), count);
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK)
        closed_ = true;  // EPIPE: the reader of read() learns it too
      return 0;
    }
  }

  bool enqueue(std::string text, std::size_t taken) {
    Part part;
    part.text = std::move(text);
    return enqueue(std::move(part), taken);
  }

  /// Copying a hundred megabytes would hold up every other session.
  bool borrow(std::string_view head, std::string_view body, std::size_t taken) {
    Part part;
    part.text = head;
    part.body = body;
    if (!enqueue(std::move(part), taken)) return false;
    ++borrowed_;
    return true;
  }

  bool enqueue(Part part, std::size_t taken) {
    if (queued_ + part.size() > queue_bound) return false;
    part.taken = taken;
    queued_ += part.size() - taken;
    queue_.push_back(std::move(part));
    if (!waiting_) wait_writable();
    return true;
  }

  // A callback, not a coroutine: nobody needs to own or join it, closing the descriptor ends it.
  void wait_writable() {
    waiting_ = true;
    to_browser_.async_wait(asio::posix::descriptor_base::wait_write,
                           [this](boost::system::error_code failure) {
                             if (failure == asio::error::operation_aborted)
                               return;  // closed: this object may be gone
                             waiting_ = false;
                             if (!failure) flush();
                             if (!queue_.empty() && !closed_) wait_writable();
                             if (queued_ <= low_water || closed_) drained_.notify_all();
                           });
  }

  void flush() {
    while (!queue_.empty() && !closed_) {
      Part& part = queue_.front();
      const std::size_t in_text = std::min(part.taken, part.text.size());
      const std::size_t in_body = std::min(part.taken - in_text, part.body.size());
      const std::string_view text = part.text;
      const std::size_t n =
          write_now({text.substr(in_text), part.body.substr(in_body), std::string_view("\0", 1)});
      if (n == 0) return;
      part.taken += n;
      queued_ -= n;
      if (part.taken < part.size()) continue;
      if (!part.body.empty()) --borrowed_;
      queue_.pop_front();
    }
  }

  asio::posix::stream_descriptor to_browser_;
  asio::posix::stream_descriptor from_browser_;
  Deframer deframer_;
  std::string buffer_;
  std::deque<Part> queue_;
  std::size_t queued_ = 0;
  std::size_t borrowed_ = 0;  // parts with somebody else's memory
  bool waiting_ = false;
  bool closed_ = false;
  base::Notifier drained_;
};
}  // namespace

std::unique_ptr<Pipe> make_pipe_transport(const base::Executor& executor, int to_browser, int from_browser) {
  return std::make_unique<DescriptorPipe>(executor, to_browser, from_browser);
}

}  // namespace greenroom::cdp
