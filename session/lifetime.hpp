// When a session has to end, decided from facts and a clock reading. Pure: tested by moving the clock.
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "session/spec.hpp"
#include "session/state.hpp"

namespace greenroom::session {

/// The clocks of one session. A zero switches `idle` off.
struct LifetimeRules {
  base::Milliseconds max_age{3'600'000};       ///< from the session's start
  base::Milliseconds connect{300'000};         ///< from its start to the first client
  base::Milliseconds disconnect_grace{1'000};  ///< from the last client's leaving
  base::Milliseconds idle{0};                  ///< in which nothing was asked of it
  bool idle_without_clients = false;           ///< that clock also runs while nobody is connected
  bool end_if_never_connected = true;
  bool end_without_pages = false;
  DisconnectPolicy on_disconnect = DisconnectPolicy::end_after_grace;
};

struct LifetimeFacts {
  base::SteadyTime started;
  base::SteadyTime now;
  std::size_t clients = 0;
  bool ever_connected = false;
  base::SteadyTime last_left;      ///< when the last client left; only with ever_connected and no clients
  bool left_with_a_wish = false;   ///< that client asked that its leaving should not count
  base::SteadyTime last_activity;  ///< a client's command, or a request that counts as one
  std::optional<base::SteadyTime> without_page_since;
};

struct LifetimeVerdict {
  std::optional<EndReason> end;
  base::SteadyTime look_again;  ///< nothing can change before, unless a client comes or goes
};

LifetimeVerdict judge_lifetime(const LifetimeRules& rules, const LifetimeFacts& facts);

/// When each clock will end the session if nothing happens before; none: that clock does not run now.
struct Deadlines {
  std::optional<base::SteadyTime> max_duration;
  std::optional<base::SteadyTime> disconnect;  ///< of the grace, or of the first connection
  std::optional<base::SteadyTime> idle;
  std::optional<base::SteadyTime> no_page;  ///< of the grace without any
};

Deadlines deadlines_of(const LifetimeRules& rules, const LifetimeFacts& facts);

}  // namespace greenroom::session
