// Which way pictures of a page are got the cheaper: from how often it paints. Pure.
#pragma once

#include <optional>

#include "base/clock.hpp"

namespace greenroom::recorder {

using base::SteadyTime;

/// Tells a page that paints all the time (an animation, a video) from one that does so now and then.
///
/// Chromium's screencast copies every picture that a page paints, however few of them are wanted: of a page
/// that paints 60 times a second that is most of what recording it costs. A screenshot copies one. But it
/// makes the page paint, and does not say when the page had come to look so: it is for pages that paint
/// anyway. Figures: docs/decisions/0022.
class PaintRhythm {
 public:
  enum class Way {
    on_the_beat,  ///< the screencast, a picture whenever one is due
    at_once,      ///< the screencast, the next picture as soon as one has come: is there always one? A look.
    screenshots,
  };
  Way way() const { return way_; }

  /// The screencast sent a picture: Chromium was asked for it at `asked` (none: the first one comes unasked)
  /// and had it at `taken`; it was here at `came`.
  void saw_picture(std::optional<SteadyTime> asked, SteadyTime taken, SteadyTime came);
  /// A screenshot came at `at`; `is_same`: of what the one before showed.
  void saw_screenshot(bool is_same, SteadyTime at);
  /// Screenshots are not to be had of this page, or are not what the screencast's pictures are.
  void saw_no_screenshot();
  /// The page has another size now, or did not paint for a while: it is looked at closer at once.
  void was_interrupted();

 private:
  void look(bool is_for_stillness);
  void back_to_the_beat(int prompt_pictures);

  Way way_ = Way::at_once;
  SteadyTime newest_picture_{};  // either way
  std::chrono::milliseconds stillness_{
      300};                            // a page that stood still for so long is looked at when it paints
  bool is_look_for_stillness_ = true;  // which may come often: it costs nothing
  int prompt_ = 0;                     // pictures in a row that had not to be waited for
  int wanted_prompt_ = 1;              // so many make it worth a closer look
  SteadyTime screenshots_since_{};
  int same_ = 0;  // of the last few screenshots
  int seen_ = 0;
};

}  // namespace greenroom::recorder
