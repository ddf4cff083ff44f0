// Keeps every window of a browser at the size that its page should have, without tabs and toolbars.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/event.hpp"
#include "base/log.hpp"
#include "base/task.hpp"
#include "browser/window_plan.hpp"
#include "browser/x_client.hpp"
#include "cdp/switchboard.hpp"

namespace greenroom::browser {

/// Follows the windows on a line of its own. Without a window manager a fullscreen window keeps the size that
/// it had, so each is brought to its size in the normal state and then made fullscreen. Headless windows
/// would take the whole screen: those stay normal and are made larger by their toolbar.
///
/// Lifetime `switchboard` outlives it, and it outlives the switchboard's run().
class WindowKeeper {
 public:
  struct Options {
    Size viewport;
    Size screen;
    bool headless = false;
    const Display* display = nullptr;  ///< of a headful browser; outlives the keeper
  };

  WindowKeeper(const base::Executor& executor, cdp::Switchboard& switchboard, Options options,
               base::Logger log);

  /// Opens the line and learns which windows there are. Errors: closed, timed_out, protocol.
  base::Task<base::Result<void>> start();
  /// Works until stop() or the line's end. One task.
  base::Task<void> run();
  void stop();

  /// Opens about:blank in a window of its own and waits until that has its size. The target.
  /// Errors: closed, timed_out, protocol.
  base::Task<base::Result<std::string>> open_page();
  /// True while a page is there. Errors: closed, timed_out, protocol.
  base::Task<base::Result<bool>> has_page();

  /// Resizes; returns when every window has been told and a page in the first one sees its size.
  /// Errors: closed, timed_out, protocol.
  base::Task<base::Result<void>> use_viewport(Size viewport);

  /// Until everything that is known now has been done, or stop().
  base::Task<void> settled();

 private:
  static constexpr std::size_t lookup_limit = 256;

  void on_event(std::string_view method, std::string_view params);
  void on_client(const cdp::ClientCommand& command);
  void look_up(const std::string& target);
  void want(const std::optional<Resize>& resize);
  base::Task<void> find_window(std::string target);
  int popup_toolbar() const;
  base::Task<void> apply(Resize resize);
  base::Task<base::Result<void>> resize_by_browser(Resize resize);
  base::Task<base::Result<void>> resize_by_display(Resize resize);
  base::Task<base::Result<std::uint32_t>> find_on_display(XClient& display, WindowId window);
  base::Task<base::Result<void>> set_bounds(WindowId window, json::object bounds);
  base::Task<base::Result<void>> wait_for_size(std::string target, Size size);
  base::Task<base::Result<void>> measure_toolbar(std::string target);
  base::Task<base::Result<json::value>> evaluate(std::string target, std::string script);

  cdp::Switchboard& switchboard_;
  Options options_;
  base::Logger log_;
  WindowPlan plan_;
  std::unique_ptr<cdp::Line> line_;
  std::deque<std::string> lookups_;               // at most lookup_limit
  std::map<WindowId, Resize> resizes_;            // at most one for each window: the last wish counts
  std::map<WindowId, std::uint32_t> on_display_;  // X windows of those that needed one; of living windows
  int marks_ = 0;                                 // sizes by which windows were found
  std::string first_;                             // a page whose size use_viewport() waits for
  std::optional<Size> seen_;                      // its size when it was last waited for
  int toolbar_ = 0;                               // headless: how much a window is higher than its page
  bool is_busy_ = false;
  bool is_stopped_ = false;
  base::Notifier work_;
  base::Notifier idle_;
};

}  // namespace greenroom::browser
