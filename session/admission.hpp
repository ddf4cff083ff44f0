// Who may start a session now, who waits, and who is refused. Pure: it is told what happens, and the time.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"

namespace greenroom::session {

struct AdmissionRules {
  std::size_t sessions = 20;  ///< at a time, those that are still ending included
  std::size_t per_key = 0;    ///< of one key; 0: as many as there may be at all
  base::Bytes free_memory{};  ///< nothing starts when the machine would have less than this left; 0: no limit
  std::size_t queue = 100;    ///< creates that may wait
  base::Milliseconds queue_wait{0};         ///< for how long; 0: nobody waits …
  base::Milliseconds slot_patience{5'000};  ///< … but for the slot of a session that is just ending
};

/// A slot is taken by grant() and given back by release(), which is called when a session's last process is
/// gone and for no other reason.
///
/// Fairness: the key that has the fewest sessions is served first; among equals the one that was served the
/// longest ago; within a key the order of arrival.
class Admission {
 public:
  using Ticket = std::uint64_t;

  struct Facts {
    base::SteadyTime now;
    std::size_t ending = 0;    ///< sessions whose slot will be free soon
    std::size_t starting = 0;  ///< sessions whose memory is not taken yet
    std::optional<base::Bytes> free_memory;
  };

  struct Waiting {
    Ticket ticket = 0;
    std::string key;
    base::SteadyTime since;
    base::SteadyTime until;   ///< it is refused then
    bool for_ending = false;  ///< waits for the slot of an ending session only
  };

  explicit Admission(AdmissionRules rules) : rules_(rules) {}

  /// Joins the queue; grant() may let it start at once. What may not wait has an `until` that is now.
  Ticket enter(const std::string& key, const Facts& facts);
  /// Takes slots for those that may start now, in their order.
  std::vector<Ticket> grant(const Facts& facts);
  /// Those that wait for the slot of an ending session when too few of these are left.
  std::vector<Ticket> hopeless(const Facts& facts) const;
  void leave(Ticket ticket);
  void release(const std::string& key);

  const Waiting* find(Ticket ticket) const;
  /// In the order in which they will be served as things are.
  std::vector<Waiting> queue() const;
  std::size_t waiting() const { return waiting_.size(); }
  std::size_t running() const { return total_; }

  /// limit_reached; its detail is the number of sessions that are allowed as things are.
  base::Error refusal(const std::string& key, const Facts& facts) const;

 private:
  struct Key {
    std::size_t running = 0;
    std::uint64_t last_served = 0;
  };
  using Keys = std::map<std::string, Key>;

  /// The place in `waiting` of who is next, if anybody of it may start by the rules on counts.
  std::optional<std::size_t> next(const std::deque<Waiting>& waiting, const Keys& keys) const;
  bool has_memory(const Facts& facts, std::size_t granted) const;

  AdmissionRules rules_;
  std::deque<Waiting> waiting_;  // in the order of arrival
  Keys keys_;
  std::size_t total_ = 0;
  Ticket last_ticket_ = 0;
  std::uint64_t served_ = 0;
};

}  // namespace greenroom::session
