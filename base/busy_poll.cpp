#include "base/busy_poll.hpp"

namespace greenroom::base {

asio::execution_context::id BusyPoll::id;

BusyPoll& BusyPoll::of(const Executor& executor) {
  return asio::use_service<BusyPoll>(asio::query(executor, asio::execution::context));
}

}  // namespace greenroom::base
