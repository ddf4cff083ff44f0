#include "base/detached_jobs.hpp"

#include <deque>
#include <mutex>
#include <thread>

#include <boost/asio/post.hpp>

namespace greenroom::base {

/// What threads share with their starter. They never touch the executor once it is gone from here: the loop
/// may be gone by then.
struct DetachedJobs::State {
  State(const Executor& its_executor, std::size_t its_limit) : executor(its_executor), limit(its_limit) {}

  std::mutex mutex;
  std::optional<Executor> executor;
  std::deque<std::function<void()>> queue;
  std::size_t running = 0;
  const std::size_t limit;
};

DetachedJobs::DetachedJobs(const Executor& executor, std::size_t threads)
    : waiting_(std::make_shared<Waiting>()), state_(std::make_shared<State>(executor, threads)) {}

DetachedJobs::~DetachedJobs() {
  const std::lock_guard lock(state_->mutex);
  state_->executor.reset();
  state_->queue.clear();
}

void DetachedJobs::start(std::function<void()> job, std::uint64_t number) {
  std::function<void()> all = [state = state_.get(), job = std::move(job), number,
                               waiting = std::weak_ptr<Waiting>(waiting_)] {
    job();
    const auto tell = [waiting, number] {
      const auto left = waiting.lock();
      const auto done = left ? left->extract(number) : Waiting::node_type();
      if (done) done.mapped()();
    };
    const std::lock_guard lock(state->mutex);
    if (state->executor) asio::post(*state->executor, tell);
  };
  const std::lock_guard lock(state_->mutex);
  if (state_->running >= state_->limit) {
    state_->queue.push_back(std::move(all));
    return;
  }
  ++state_->running;
  std::thread([state = state_, all = std::move(all)] { work(state, all); }).detach();
}

void DetachedJobs::work(const std::shared_ptr<State>& state, std::function<void()> job) {
  for (;;) {
    job();
    const std::lock_guard lock(state->mutex);
    if (state->queue.empty()) {
      --state->running;
      return;
    }
    job = std::move(state->queue.front());
    state->queue.pop_front();
  }
}

}  // namespace greenroom::base
