// When a page drew what a picture of it shows, by the page's own clock.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "cdp/switchboard.hpp"

namespace greenroom::recorder {

/// A time that a browser wrote, seconds since 1970, as a moment on the clock that nobody sets. None: it makes
/// no sense (in the future, or longer ago than a busy machine is late; a client may have set the page's
/// clock).
std::optional<base::SteadyTime> moment_of(std::string_view seconds);

/// Asks pages when they draw a frame, by frame callbacks in a world of our own.
///
/// Chromium copies a screenshot from the surface when the frame that it made the page paint has been
/// presented. By then the page has drawn two more: of a page that paints all the time the third frame behind
/// the question is the one in the picture (seen: always on a quiet machine, three times in four on one with
/// twice the work it can do, else mostly the one before or behind it).
///
/// One thread. Lifetime the line goes before this does: no answer comes after that.
class PageClock {
 public:
  /// Makes ready to ask a page, a CDP session of the line; its main frame has the target's id. Again, when it
  /// may have another document.
  void prepare(cdp::Line& line, const std::string& session, std::string_view target);
  /// There was no answer: the world went with its document, it seems. There is another one before long.
  void renew(cdp::Line& line, const std::string& session, std::string_view target);
  void forget(const std::string& session) { worlds_.erase(session); }

  /// When the frame is drawn that a screenshot shows which is asked for now; nullopt when the page's clock
  /// makes no sense. `then` is not called when the page has no answer. False: it cannot be asked yet.
  bool ask(cdp::Line& line, const std::string& session,
           std::function<void(std::optional<base::SteadyTime>)> then);

 private:
  void make_world(cdp::Line& line, const std::string& session, std::string_view target);

  std::unordered_map<std::string, std::optional<std::int64_t>> worlds_;  // by session; none: not made yet
};

}  // namespace greenroom::recorder
