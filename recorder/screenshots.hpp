// Pictures of a page one by one, by Page.captureScreenshot.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "base/clock.hpp"
#include "base/task.hpp"
#include "cdp/switchboard.hpp"
#include "recorder/frame_source.hpp"
#include "recorder/page_clock.hpp"

namespace greenroom::recorder {

/// Asks for screenshots of one page at a time, at regular intervals, while there is somebody to take them.
///
/// One thread. Lifetime the line goes before this does: no answer comes after that.
class Screenshots {
 public:
  /// A picture, or why there will be none any more: protocol with the browser's words, timed_out, closed.
  /// Behind an error nothing is asked for until begin().
  using OnPicture = std::function<void(base::Result<Frame> picture)>;
  using IsWanted = std::function<bool()>;
  Screenshots(const base::Executor& executor, int quality, IsWanted is_wanted, OnPicture on_picture);

  /// That page may be next.
  void prepare(cdp::Line& line, const std::string& session, std::string_view target) {
    clock_.prepare(line, session, target);
  }
  void forget(const std::string& session) { clock_.forget(session); }
  /// From now on of that page: a CDP session of the line, and its target.
  void begin(cdp::Line& line, std::string session, std::string target,
             std::chrono::steady_clock::duration interval);
  /// Answers that are still to come are not passed on.
  void end();
  bool is_on() const { return line_ != nullptr; }
  void use_interval(std::chrono::steady_clock::duration interval);
  /// The last picture was taken, so that another one may be wanted.
  void wake() { changed_.cancel(); }

  /// Asks, until stop(). To be spawned once, in a group that is joined before this goes.
  base::Task<void> run();
  void stop();

 private:
  /// One that was asked for and not handed over yet.
  struct Shot {
    std::uint64_t number;
    base::SteadyTime asked;
    bool is_dated;  // or there is nobody to date it
    std::optional<base::SteadyTime> drawn;
    base::SteadyTime answered{};
    std::string base64;  // empty: not here yet
  };

  void ask(base::SteadyTime now);
  void answered(std::uint64_t number, const base::Result<cdp::json::object>& answer);
  void dated(std::uint64_t number, std::optional<base::SteadyTime> drawn);
  void hand_over();
  void fail(base::Error error);
  Shot* find(std::uint64_t number);
  std::size_t in_flight() const;
  std::size_t most_in_flight() const;
  base::SteadyTime next_event() const;

  int quality_;
  IsWanted is_wanted_;
  OnPicture on_picture_;
  cdp::Line* line_ = nullptr;  // none: nothing is asked for
  std::string session_;
  std::string target_;
  std::chrono::steady_clock::duration interval_{};
  PageClock clock_;
  std::deque<Shot> shots_;       // in the order of asking
  std::uint64_t asked_for_ = 0;  // numbers them; one that end() forgot is not found any more
  base::SteadyTime due_{};
  std::chrono::steady_clock::duration newest_took_{};
  bool is_stopped_ = false;
  boost::asio::steady_timer changed_;
};

}  // namespace greenroom::recorder
