#include "session/lifetime.hpp"

#include <algorithm>

namespace greenroom::session {

LifetimeVerdict judge_lifetime(const LifetimeRules& rules, const LifetimeFacts& facts) {
  LifetimeVerdict verdict;
  verdict.look_again = facts.started + rules.max_age;
  auto clock = [&](base::SteadyTime deadline, EndReason reason) {
    if (facts.now >= deadline && !verdict.end) verdict.end = reason;
    verdict.look_again = std::min(verdict.look_again, deadline);
  };
  // The hard limit first: it is the reason that a client must hear when several fall due together.
  clock(facts.started + rules.max_age, EndReason::max_duration);
  if (facts.clients == 0 && rules.on_disconnect == DisconnectPolicy::end_after_grace) {
    if (!facts.ever_connected && rules.end_if_never_connected)
      clock(facts.started + rules.connect, EndReason::never_connected);
    if (facts.ever_connected && !facts.left_with_a_wish)
      clock(facts.last_left + rules.disconnect_grace, EndReason::client_disconnected);
  }
  if (rules.end_without_pages && facts.without_page_since)
    clock(*facts.without_page_since + rules.disconnect_grace, EndReason::no_page_left);
  if (rules.idle.count() > 0 && (facts.clients > 0 || rules.idle_without_clients))
    clock(std::max(facts.started, facts.last_activity) + rules.idle, EndReason::idle);
  return verdict;
}

}  // namespace greenroom::session
