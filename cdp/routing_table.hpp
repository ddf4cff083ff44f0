// Who owns which CDP session of one browser. Pure: it is told what passes by and answers where things go.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace greenroom::cdp {

using LineId = std::uint64_t;
using Moment = std::chrono::steady_clock::time_point;

/// One CDP session: a line's root, or a child that a line was given by auto-attach or an attach call.
struct CdpSession {
  LineId line = 0;
  bool is_root = false;
  std::string target_id;
  std::optional<Moment> paused_since;  ///< announced with waitingForDebugger and not released yet
};

class RoutingTable {
 public:
  void add_root(LineId line, std::string session, std::string target_id);

  /// Target.attachedToTarget reached `outer`; the new session has the same owner. Unknown outer sessions and
  /// sessions that have an owner already change nothing.
  void attached(std::string_view outer, std::string_view session, std::string_view target_id, bool paused,
                Moment now);

  /// Target.detachedFromTarget. True if it was a line's root.
  bool detached(std::string_view session);

  /// The line let the target run (Runtime.runIfWaitingForDebugger passed by).
  void released(std::string_view session);

  const CdpSession* find(std::string_view session) const;

  /// Sessions of one line that hold their target, for its end.
  std::vector<std::string> paused_of(LineId line) const;

  /// Sessions that have held their target since before `limit`; each is marked released.
  std::vector<std::string> take_overdue(Moment limit);

  /// Forgets every session of a line; what still arrives for them has no owner.
  void remove_line(LineId line);

  std::size_t size() const { return sessions_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, CdpSession, Hash, std::equal_to<>> sessions_;
};

}  // namespace greenroom::cdp
