// Pictures of a page one by one, by Page.captureScreenshot.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "base/clock.hpp"
#include "base/task.hpp"
#include "cdp/switchboard.hpp"
#include "recorder/frame_source.hpp"

namespace greenroom::recorder {

/// When a page looked as a screenshot shows it, which Chromium does not say: it makes the page paint anew
/// some 40 ms behind the question, later when the machine is busy, and answers 10 to 100 ms behind that.
base::SteadyTime drawn_at(base::SteadyTime asked, base::SteadyTime answered);

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

  /// From now on of that page, a CDP session of the line.
  void begin(cdp::Line& line, std::string session, std::chrono::steady_clock::duration interval);
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
  void ask(base::SteadyTime now);
  void answered(base::SteadyTime asked, const base::Result<cdp::json::object>& answer);
  std::size_t most_in_flight() const;

  int quality_;
  IsWanted is_wanted_;
  OnPicture on_picture_;
  cdp::Line* line_ = nullptr;  // none: nothing is asked for
  std::string session_;
  std::chrono::steady_clock::duration interval_{};
  std::deque<base::SteadyTime> asked_;  // what is without an answer
  std::uint64_t run_ = 0;               // counts begin() and end(): whose answer is it?
  base::SteadyTime due_{};
  std::chrono::steady_clock::duration newest_took_{};
  bool is_stopped_ = false;
  boost::asio::steady_timer changed_;
};

}  // namespace greenroom::recorder
