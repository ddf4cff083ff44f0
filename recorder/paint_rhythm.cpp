#include "recorder/paint_rhythm.hpp"

#include <algorithm>
#include <utility>

namespace greenroom::recorder {

namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

/// A picture that had to be waited for no longer than this was there, or as good as there. It is also by how
/// much a screenshot may be late: a page that paints every 50 ms looked like that for up to 50 ms before.
constexpr auto prompt = 50ms;
/// On a machine with too much to do everything takes longer: painting as long as coming here.
constexpr auto longest_prompt = 200ms;
/// Few: on a machine with too much to do the screencast costs the most and is late.
constexpr int closer_look = 2;  // pictures
constexpr int first_wait = 1;   // picture
constexpr int longest_wait = 512;
/// A page that paints again may have come to do so all the time: another document, a film that was started.
constexpr std::chrono::milliseconds first_stillness{300};
constexpr std::chrono::milliseconds longest_stillness{64'000};

/// Two screenshots that were asked for while the page painted one picture come together.
constexpr auto one_picture = 10ms;
constexpr int judged = 8;     // screenshots
constexpr int most_same = 1;  // of them
/// A page that has come to paint seldom may still paint between any two screenshots: it is looked at anew.
constexpr auto longest_without_a_look = 30s;
/// Less than this was not worth the change.
constexpr auto worth_it = 5s;

}  // namespace

void PaintRhythm::look(bool is_for_stillness) {
  way_ = Way::at_once;
  is_look_for_stillness_ = is_for_stillness;
  prompt_ = 0;
}

void PaintRhythm::back_to_the_beat(int prompt_pictures) {
  way_ = Way::on_the_beat;
  prompt_ = 0;
  wanted_prompt_ = std::min(prompt_pictures, longest_wait);
}

void PaintRhythm::saw_picture(std::optional<SteadyTime> asked, SteadyTime taken, SteadyTime came) {
  const SteadyTime before = std::exchange(newest_picture_, taken);
  const bool stood_still = before != SteadyTime{} && taken - before >= stillness_;
  if (stood_still) return look(true);
  if (!asked) return;
  const auto patience = std::clamp<SteadyTime::duration>(came - taken, prompt, longest_prompt);
  if (taken - *asked > patience) {
    const bool looked_in_vain = way_ == Way::at_once && !is_look_for_stillness_;
    return back_to_the_beat(looked_in_vain ? wanted_prompt_ * 2 : wanted_prompt_);
  }
  ++prompt_;
  if (way_ == Way::on_the_beat && prompt_ >= wanted_prompt_) {
    look(false);
  } else if (way_ == Way::at_once && prompt_ >= closer_look) {
    way_ = Way::screenshots;
    screenshots_since_ = SteadyTime{};
    same_ = seen_ = 0;
  }
}

void PaintRhythm::saw_screenshot(bool is_same, SteadyTime at) {
  if (way_ != Way::screenshots) return;
  if (screenshots_since_ == SteadyTime{}) screenshots_since_ = at;
  const SteadyTime before = std::exchange(newest_picture_, at);
  const bool is_one_picture = is_same && at - before < one_picture;
  if (!is_one_picture) {
    ++seen_;
    if (is_same) ++same_;
  }
  const auto length = at - screenshots_since_;
  if (same_ > most_same) {
    const bool was_worth_it = length >= worth_it;
    stillness_ = was_worth_it ? first_stillness : std::min(stillness_ * 2, longest_stillness);
    return back_to_the_beat(was_worth_it ? first_wait : wanted_prompt_ * 2);
  }
  if (seen_ >= judged) same_ = seen_ = 0;
  if (length >= longest_without_a_look) look(false);
}

void PaintRhythm::was_interrupted() {
  back_to_the_beat(first_wait);
  look(false);
  newest_picture_ = SteadyTime{};
}

void PaintRhythm::saw_no_screenshot() {
  back_to_the_beat(longest_wait);
  stillness_ = longest_stillness;
}

}  // namespace greenroom::recorder
