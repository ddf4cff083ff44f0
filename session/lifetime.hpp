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
  base::Milliseconds idle{0};                  ///< without any command of a client
  DisconnectPolicy on_disconnect = DisconnectPolicy::end_after_grace;
};

struct LifetimeFacts {
  base::SteadyTime started;
  base::SteadyTime now;
  std::size_t clients = 0;
  bool ever_connected = false;
  base::SteadyTime last_left;     ///< when the last client left; only with ever_connected and no clients
  base::SteadyTime last_command;  ///< of any client
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
};

Deadlines deadlines_of(const LifetimeRules& rules, const LifetimeFacts& facts);

}  // namespace greenroom::session
