// Decides which window gets which size. Pure: it is told what the browser says and answers what to do.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "browser/browser.hpp"

namespace greenroom::browser {

using WindowId = std::int64_t;

/// What Browser.getWindowForTarget says.
struct WindowInfo {
  WindowId id = 0;
  Size bounds;
  bool is_fullscreen = false;
};

/// A popup's title bar, which window.open() adds to the height that a page asks for (Chromium 156; a test
/// notices when it changes).
constexpr int popup_bar = 34;

/// A window to be brought to a size.
struct Resize {
  WindowId window = 0;
  Size content;
  bool is_popup = false;
  bool operator==(const Resize&) const = default;
};

class WindowPlan {
 public:
  /// More pages than this have no window of their own kept in mind: the oldest forgotten is not resized.
  static constexpr std::size_t target_limit = 1024;

  WindowPlan(Size viewport, Size screen);

  /// A page has appeared. True when its window has to be looked up.
  bool created(const std::string& target, bool has_opener);
  /// Something about a page has changed. True when its window is still unknown: look it up (again).
  bool changed(const std::string& target) const;
  /// The window of a page was found. What to do with it, if it is new and has not the size that it should.
  std::optional<Resize> found(const std::string& target, const WindowInfo& window);
  /// A page has gone. Its window, if that has gone with it.
  std::optional<WindowId> destroyed(const std::string& target);

  /// A client emulates a size on a page, or has cleared it: its window follows, within the screen.
  std::optional<Resize> emulated(const std::string& target, Size size);
  std::optional<Resize> emulation_cleared(const std::string& target);

  /// A new size for every window but popups, those there are and those to come.
  std::vector<Resize> use_viewport(Size viewport);

  /// The window of a page once more, whatever it was told before.
  std::optional<Resize> again(const std::string& target);

  Size viewport() const { return viewport_; }
  std::optional<WindowId> window_of(const std::string& target) const;

 private:
  struct Page {
    bool has_opener = false;
    std::optional<WindowId> window;
  };
  struct Window {
    Size own;      ///< without emulation
    Size content;  ///< what was last asked for
    bool is_popup = false;
  };

  Size within_screen(Size size) const;
  std::optional<Resize> bring(WindowId id, Size content);

  Size viewport_;
  Size screen_;
  std::map<std::string, Page> pages_;
  std::map<WindowId, Window> windows_;
};

}  // namespace greenroom::browser
