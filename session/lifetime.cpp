#include "session/lifetime.hpp"

#include <algorithm>

namespace greenroom::session {

Deadlines deadlines_of(const LifetimeRules& rules, const LifetimeFacts& facts) {
  Deadlines deadlines;
  deadlines.max_duration = facts.started + rules.max_age;
  if (facts.clients == 0 && rules.on_disconnect == DisconnectPolicy::end_after_grace) {
    if (!facts.ever_connected && rules.end_if_never_connected)
      deadlines.disconnect = facts.started + rules.connect;
    if (facts.ever_connected && !facts.left_with_a_wish)
      deadlines.disconnect = facts.last_left + rules.disconnect_grace;
  }
  if (rules.end_without_pages && facts.without_page_since)
    deadlines.no_page = *facts.without_page_since + rules.disconnect_grace;
  if (rules.idle.count() > 0 && (facts.clients > 0 || rules.idle_without_clients))
    deadlines.idle = std::max(facts.started, facts.last_activity) + rules.idle;
  return deadlines;
}

LifetimeVerdict judge_lifetime(const LifetimeRules& rules, const LifetimeFacts& facts) {
  const Deadlines deadlines = deadlines_of(rules, facts);
  LifetimeVerdict verdict;
  verdict.look_again = *deadlines.max_duration;
  auto clock = [&](const std::optional<base::SteadyTime>& deadline, EndReason reason) {
    if (!deadline) return;
    if (facts.now >= *deadline && !verdict.end) verdict.end = reason;
    verdict.look_again = std::min(verdict.look_again, *deadline);
  };
  // The hard limit first: it is the reason that a client must hear when several fall due together.
  clock(deadlines.max_duration, EndReason::max_duration);
  clock(deadlines.disconnect,
        facts.ever_connected ? EndReason::client_disconnected : EndReason::never_connected);
  clock(deadlines.no_page, EndReason::no_page_left);
  clock(deadlines.idle, EndReason::idle);
  return verdict;
}

}  // namespace greenroom::session
