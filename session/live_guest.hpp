// One who looks at a session, as LiveRoom keeps it. Only for LiveRoom's own two files.
#pragma once

#include <string>
#include <utility>

#include "session/live_room.hpp"

namespace greenroom::session {

struct LiveRoom::Guest {
  Guest(const base::Executor& executor, std::uint64_t its_number, LiveViewer its_wish,
        net::MessageStream& its_stream)
      : number(its_number), wish(std::move(its_wish)), stream(its_stream), wake(executor) {}

  /// Hands are slower than this; what is faster is a fault or an attack.
  bool may_say_more() {
    constexpr int most = 1'000;  // messages a second
    const auto now = std::chrono::steady_clock::now();
    if (now - second > std::chrono::seconds(1)) {
      second = now;
      said = 0;
    }
    return ++said <= most;
  }

  std::uint64_t number;
  LiveViewer wish;
  net::MessageStream& stream;
  base::Notifier wake;
  LiveFeeds::Feed* feed = nullptr;
  std::uint64_t sent = 0;  ///< the picture under way
  std::uint64_t seen = 0;  ///< the last that it has shown
  std::string told_problem;
  bool is_stale = true;  ///< its state has to be told anew
  bool is_leaving = false;
  bool is_busy = false;  ///< something that it wants is under way
  int said = 0;          ///< messages in this second
  base::SteadyTime second;
};

}  // namespace greenroom::session
