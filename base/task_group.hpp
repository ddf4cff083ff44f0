// Background work with an owner: no coroutine is ever detached (rule C3).
#pragma once

#include <exception>
#include <list>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include "base/event.hpp"
#include "base/task.hpp"

namespace greenroom::base {

/// Owns coroutines that run beside their starter. Whoever owns the group calls stop() (or lets the tasks end)
/// and then awaits join() before the group is destroyed. One thread.
///
/// Lifetime a task may use values and references to what outlives the group (rule C2).
class TaskGroup {
 public:
  explicit TaskGroup(const Executor& executor) : executor_(executor), empty_(executor) {}
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts a task. An exception that leaves it is a bug: it is rethrown by join().
  void spawn(Task<void> task) {
    auto entry = running_.emplace(running_.end());
    auto done = [this, entry](std::exception_ptr failure) {
      if (failure && !failure_) failure_ = failure;
      running_.erase(entry);
      if (running_.empty()) empty_.notify_all();
    };
    asio::co_spawn(executor_, std::move(task), asio::bind_cancellation_slot(entry->slot(), std::move(done)));
  }

  /// Asks every running task to end (terminal cancellation). Does not wait.
  void stop() {
    // A task may end, and so leave the list, inside emit(): step past it first.
    for (auto next = running_.begin(); next != running_.end();) {
      auto current = next++;
      current->emit(asio::cancellation_type::terminal);
    }
  }

  /// Waits until no task is left. Not to be cancelled: it loops until the group is empty.
  Task<void> join() {
    co_await disable_cancellation();
    while (!running_.empty()) co_await empty_.wait();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

  std::size_t size() const { return running_.size(); }
  const Executor& executor() const { return executor_; }

 private:
  Executor executor_;
  Notifier empty_;
  std::list<asio::cancellation_signal> running_;
  std::exception_ptr failure_;
};

}  // namespace greenroom::base
