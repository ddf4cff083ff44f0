// Pictures of a browser without a display: Chromium's own screencast of the page that is shown, or
// screenshots while that paints all the time, on a line of the daemon's own. Clients are not disturbed, and a
// screencast of theirs goes on as it would alone.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <boost/asio/steady_timer.hpp>

#include "base/clock.hpp"
#include "base/event.hpp"
#include "base/log.hpp"
#include "base/task_group.hpp"
#include "cdp/switchboard.hpp"
#include "recorder/frame_source.hpp"
#include "recorder/jpeg_size.hpp"
#include "recorder/paint_rhythm.hpp"
#include "recorder/screencast_plan.hpp"
#include "recorder/screenshots.hpp"

namespace greenroom::recorder {

using base::Task;

struct ScreencastOptions {
  int frames_per_second = 10;
  int quality = 85;      ///< JPEG, 1 to 100
  int max_width = 1920;  ///< pixels; larger pages are scaled down
  int max_height = 1080;
};

/// Follows the shown page through new tabs and windows, closed ones, navigations, crashes and new sizes.
///
/// The acknowledgement is the clock: Chromium keeps one picture in flight and sends the newest one when that
/// is acknowledged, so an acknowledgement every 1/fps seconds gives that rate, and a page that stands still
/// costs nothing. A Chromium that does not know these parameters is acknowledged at once, and what is too
/// much is dropped here. Of a page that paints all the time screenshots are taken instead (PaintRhythm).
///
/// One thread. Lifetime the switchboard and the log's sink outlive it; stop() is awaited before it goes.
class Screencast final : public FrameSource {
 public:
  /// Errors: closed, timed_out, protocol.
  static Task<base::Result<std::unique_ptr<Screencast>>> start(cdp::Switchboard& switchboard,
                                                               ScreencastOptions options, base::Logger log);
  Screencast(const base::Executor& executor, ScreencastOptions options, base::Logger log);

  Task<base::Result<Frame>> next() override;
  void repeat() override;
  void use_rate(int frames_per_second) override;

  /// A client brought that target to the front.
  void raise(std::string_view target);
  /// Lets go of the browser.
  Task<void> stop();

 private:
  /// A picture that Chromium waits to be acknowledged for.
  struct Page {
    std::string target;
    bool is_cast = false;  // Chromium was told to, and so tells of its visibility
    std::optional<std::int64_t> unacknowledged;
    std::optional<base::SteadyTime> acknowledged;  // when the last picture was
    std::string newest;  // base64; of a page that is not shown: what it looked like when it was asked last
    PaintRhythm rhythm;
    std::optional<PictureSize> size;  // of the screencast's pictures, when screenshots were begun
    bool has_fitted = false;          // a screenshot was of that size
  };

  Task<base::Result<void>> attach(cdp::Switchboard& switchboard);
  void on_event(std::string_view method, std::string_view session, std::string_view params);
  void on_attached(std::string_view params);
  void on_frame(const std::string& session, std::string_view params);
  Task<void> begin(std::string session);
  Task<bool> knows_pacing(const std::string& session);
  cdp::json::object start_parameters() const;
  void follow_plan();
  void cast(const std::string& session, Page& page);
  void rest(const std::string& session);
  void leave(const std::string& session);
  void follow_rhythm(const std::string& session, Page& page);
  void begin_screenshots(const std::string& session, Page& page);
  void on_screenshot(base::Result<Frame> picture);
  base::SteadyTime::duration interval() const;
  base::SteadyTime::duration screenshot_interval() const;
  void take(std::string base64, base::SteadyTime at);
  void take_held();
  Task<void> acknowledge_regularly();
  void acknowledge(const std::string& session, Page& page);

  ScreencastOptions options_;
  base::Logger log_;
  Screenshots screenshots_;          // on only of the page that is shown
  std::optional<Frame> screenshot_;  // the newest one; it may be too early to hand it over
  std::optional<Frame> held_;        // a picture of doubtful date, until the look is over
  base::SteadyTime held_until_{};
  bool is_screenshot_new_ = false;
  base::SteadyTime handed_over_{};
  std::unique_ptr<cdp::Line> line_;
  ScreencastPlan plan_;
  std::unordered_map<std::string, Page> pages_;  // by CDP session
  std::string shown_;                            // a CDP session
  std::optional<bool> is_paced_;                 // Chromium knows the parameters; none: not asked yet
  std::optional<Frame> newest_;
  bool is_new_ = false;  // next() has not returned it
  bool is_stopped_ = false;
  base::SteadyTime last_acknowledged_{};
  base::Notifier changed_;
  boost::asio::steady_timer due_;
  base::TaskGroup tasks_;
};

}  // namespace greenroom::recorder
