// Two queues, one per direction.
#include "tests/fakes/memory_stream.hpp"

namespace greenroom::fakes {

void MemoryStream::Channel::shut(net::CloseReason why, bool keep_messages) {
  if (!keep_messages) {
    messages.clear();
    bytes = 0;
  }
  if (!is_closed) reason = std::move(why);
  is_closed = true;
  changed.notify_all();
}

MemoryStream::Pair MemoryStream::make(const base::Executor& executor, MemoryStreamOptions options) {
  auto there = std::make_shared<Channel>(executor);
  auto back = std::make_shared<Channel>(executor);
  Pair pair;
  pair.first.reset(new MemoryStream(there, back, options));
  pair.second.reset(new MemoryStream(back, there, options));
  return pair;
}

MemoryStream::~MemoryStream() { close({1001, {}}); }

base::Task<base::Result<std::string_view>> MemoryStream::read() {
  while (in_->messages.empty() && !in_->is_closed) {
    co_await in_->changed.wait();
    const auto state = co_await base::asio::this_coro::cancellation_state;
    if (state.cancelled() != base::asio::cancellation_type::none) {
      co_return base::Error{base::errc::closed, "cancelled"};
    }
  }
  if (in_->messages.empty()) {
    reason_ = in_->reason;
    co_return base::Error{base::errc::closed, {}};
  }
  current_ = std::move(in_->messages.front());
  in_->messages.pop_front();
  in_->bytes -= current_.size();
  if (current_.size() > options_.message.count) {
    close({1009, "message too large"});
    reason_ = in_->reason;
    co_return base::Error{base::errc::too_large, {}};
  }
  co_return std::string_view(current_);
}

bool MemoryStream::send(std::string message) {
  if (out_->is_closed) return false;
  if (out_->bytes > 0 && out_->bytes + message.size() > options_.queue.count) {
    close({1008, "client does not read"});
    return false;
  }
  out_->bytes += message.size();
  out_->messages.push_back(std::move(message));
  out_->changed.notify_all();
  return true;
}

void MemoryStream::close(net::CloseReason reason) {
  // What was sent before still arrives; what the peer sent and nobody read is lost.
  out_->shut(reason, true);
  in_->shut(std::move(reason), false);
}

base::Bytes MemoryStream::queued() const { return base::Bytes{out_->bytes}; }

void MemoryStream::break_connection() {
  in_->shut({1006, {}}, false);
  out_->shut({1006, {}}, false);
}

}  // namespace greenroom::fakes
