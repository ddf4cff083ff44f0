// Which page of a browser without a display is shown: known from what Chromium says of their visibility.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace greenroom::recorder {

/// The pages of one browser, by their CDP sessions.
///
/// Pages in windows of their own are all visible at once, and so are tabs whose client makes them believe
/// that they have the focus: of those, the one that came to the front last is shown. When none is visible,
/// the one that was shown last still is: nothing took its place.
class ScreencastPlan {
 public:
  void opened(std::string_view session, std::string_view target);
  void closed(std::string_view session);
  void say_visible(std::string_view session, bool is_visible);
  /// Somebody brought that target to the front.
  void raise(std::string_view target);

  /// The session of the page that is shown; empty when there is no page.
  const std::string& shown() const;
  bool knows(std::string_view session) const;
  bool is_visible(std::string_view session) const;

 private:
  struct Page {
    std::string session;
    std::string target;
    bool is_visible = false;
  };
  void to_front(std::vector<Page>::iterator page);
  std::vector<Page>::iterator find(std::string_view session);

  std::vector<Page> pages_;  // the front one last
};

}  // namespace greenroom::recorder
