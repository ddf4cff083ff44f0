// Blocking calls that nobody can bound or break off, such as a lookup of the operating system's resolver.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "base/task.hpp"

namespace greenroom::base {

/// Runs functions on threads that may outlive it: whoever stops does not wait for them, nor does the end of
/// the program. What must end before its owner does belongs into a BlockingPool.
///
/// Lifetime a function and its value may hold nothing that belongs to the loop. One thread calls the members:
///          the executor's.
class DetachedJobs {
 public:
  /// At most `threads` functions run at a time; further ones wait for their turn.
  DetachedJobs(const Executor& executor, std::size_t threads);
  /// From here on no `done` is called, and what has not begun never does.
  ~DetachedJobs();
  DetachedJobs(const DetachedJobs&) = delete;
  DetachedJobs& operator=(const DetachedJobs&) = delete;

  /// Calls `job` on another thread, then `done` with its value on the executor. `job` must not throw.
  template <class Job, class Done>
  void run(Job job, Done done) {
    const auto value = std::make_shared<std::optional<decltype(job())>>();
    const std::uint64_t number = ++last_;
    // What the loop owns stays here: the thread may be the last to hold what it was given.
    waiting_->emplace(number, [value, done = std::move(done)] { done(std::move(**value)); });
    start([value, job = std::move(job)] { value->emplace(job()); }, number);
  }

 private:
  struct State;
  using Waiting = std::map<std::uint64_t, std::function<void()>>;
  void start(std::function<void()> job, std::uint64_t number);
  static void work(const std::shared_ptr<State>& state, std::function<void()> job);

  std::shared_ptr<Waiting> waiting_;
  std::shared_ptr<State> state_;
  std::uint64_t last_ = 0;
};

}  // namespace greenroom::base
