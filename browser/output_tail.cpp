#include "browser/output_tail.hpp"

#include <array>

#include <boost/asio/buffer.hpp>

namespace greenroom::browser {

void append_bounded(std::string& tail, std::string_view more, base::Bytes limit) {
  if (more.size() > limit.count) more.remove_prefix(more.size() - limit.count);
  if (tail.size() + more.size() > limit.count) tail.erase(0, tail.size() + more.size() - limit.count);
  tail.append(more);
}

OutputTail::OutputTail(const base::Executor& executor, base::UniqueFd source)
    : source_(executor, source.release()), ended_(executor) {}

base::Task<void> OutputTail::run() {
  co_await base::keep_running_when_cancelled();
  std::array<char, 4096> chunk;
  for (;;) {
    auto [error, count] = co_await source_.async_read_some(base::asio::buffer(chunk), base::use_tuple);
    if (error) break;
    append_bounded(text_, std::string_view(chunk.data(), count), limit);
  }
  ended_.set();
}

}  // namespace greenroom::browser
