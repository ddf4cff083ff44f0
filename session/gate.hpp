// Where creates wait for a slot: Admission decides, this waits.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/event.hpp"
#include "base/log.hpp"
#include "base/task.hpp"
#include "session/admission.hpp"

namespace greenroom::session {

/// One create that waits, for people who look at the queue.
struct QueuedCreate {
  std::size_t position = 0;  ///< from 1
  std::string key;
  base::Milliseconds waited{0};
  base::Milliseconds left{0};  ///< until it is refused
};

class Gate {
 public:
  /// `facts` is asked whenever somebody comes, goes or has waited for a while.
  Gate(const base::Executor& executor, AdmissionRules rules, const base::Clock& clock,
       std::function<Admission::Facts()> facts, base::Logger log);

  /// Waits for a slot as long as the rules allow. The slot is held until release().
  /// Errors   limit_reached (its detail is how many sessions are allowed), unavailable (closed), closed
  ///          (cancelled).
  /// Cancel   nothing is held.
  base::Task<base::Result<void>> pass(std::string key);

  /// The last process of a session of that key has gone.
  void release(const std::string& key);
  /// A session has begun to end, or to run: somebody may start now, or may not hope any more.
  void look_again() { serve(); }

  /// Nobody passes from here on, those that wait included; open() takes it back.
  void close();
  void open() { is_closed_ = false; }

  std::vector<QueuedCreate> queue() const;
  std::size_t waiting() const { return admission_.waiting(); }
  std::uint64_t refused() const { return refused_; }
  std::uint64_t waited() const { return waited_; }

 private:
  struct Place {
    explicit Place(const base::Executor& executor) : settled(executor) {}
    bool is_granted = false;
    base::Event settled;
  };

  void serve();
  base::Task<void> wait(Place& place, Admission::Ticket ticket, base::SteadyTime until);

  base::Executor executor_;
  Admission admission_;
  const base::Clock& clock_;
  std::function<Admission::Facts()> facts_;
  base::Logger log_;
  std::unordered_map<Admission::Ticket, Place*> places_;  // each lives in its pass()
  bool is_closed_ = false;
  std::uint64_t refused_ = 0;
  std::uint64_t waited_ = 0;
};

}  // namespace greenroom::session
