#include "recorder/screenshots.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

namespace greenroom::recorder {

namespace json = boost::json;
using base::errc;
using base::Error;
using base::Result;
using base::SteadyTime;
using std::chrono_literals::operator""ms;

namespace {

/// A page that does not paint for so long (its script runs, a dialog is open) is not one that paints all the
/// time.
constexpr auto patience = 2'000ms;

/// One screenshot takes about 50 ms, so above this rate the next one is asked for meanwhile.
constexpr auto one_after_the_other = 60ms;

/// But not when they take so long: the machine has too much to do, and both would often show the same.
constexpr auto slow = 80ms;

/// So long a picture waits for the page to say when it drew it. It mostly has said so before.
constexpr auto wait_for_date = 100ms;

/// When a page looked as a screenshot shows it that did not say so: its script runs, or it was hidden, so
/// that behind the frame which the screenshot made it paint there was no other one.
SteadyTime reckoned(SteadyTime asked, SteadyTime answered) {
  constexpr auto until_painted = 45ms;
  return std::min(asked + until_painted, answered);
}

}  // namespace

Screenshots::Screenshots(const base::Executor& executor, int quality, IsWanted is_wanted,
                         OnPicture on_picture)
    : quality_(quality),
      is_wanted_(std::move(is_wanted)),
      on_picture_(std::move(on_picture)),
      changed_(executor) {}

void Screenshots::begin(cdp::Line& line, std::string session, std::string target,
                        SteadyTime::duration interval) {
  end();
  line_ = &line;
  session_ = std::move(session);
  interval_ = interval;
  target_ = std::move(target);
  clock_.prepare(line, session_, target_);
}

void Screenshots::end() {
  line_ = nullptr;
  shots_.clear();
  changed_.cancel();
}

void Screenshots::use_interval(SteadyTime::duration interval) {
  interval_ = interval;
  changed_.cancel();
}

void Screenshots::stop() {
  end();
  is_stopped_ = true;
}

std::size_t Screenshots::in_flight() const {
  return static_cast<std::size_t>(
      std::count_if(shots_.begin(), shots_.end(), [](const Shot& shot) { return shot.base64.empty(); }));
}

std::size_t Screenshots::most_in_flight() const {
  return interval_ < one_after_the_other && newest_took_ < slow ? 2 : 1;
}

base::Task<void> Screenshots::run() {
  co_await base::keep_running_when_cancelled();
  while (!is_stopped_) {
    hand_over();
    const auto now = std::chrono::steady_clock::now();
    if (!shots_.empty() && shots_.front().base64.empty() && now - shots_.front().asked >= patience) {
      fail(Error{errc::timed_out, "Page.captureScreenshot"});
      continue;
    }
    const bool may_ask = is_on() && in_flight() < most_in_flight() && is_wanted_();
    if (may_ask && now >= due_) {
      // On the beat, so that the rate is exact; a late one does not make the next ones come faster.
      due_ = now - due_ < interval_ ? due_ + interval_ : now + interval_;
      ask(now);
      continue;
    }
    changed_.expires_at(may_ask ? std::min(next_event(), due_) : next_event());
    (void)co_await changed_.async_wait(base::use_tuple);
  }
}

/// When the oldest one is given up, or handed over without its date.
SteadyTime Screenshots::next_event() const {
  if (shots_.empty()) return SteadyTime::max();
  const Shot& oldest = shots_.front();
  return oldest.base64.empty() ? oldest.asked + patience : oldest.answered + wait_for_date;
}

void Screenshots::ask(SteadyTime now) {
  const std::uint64_t number = ++asked_for_;
  // First, so that the page counts its frames from the one that the screenshot makes it paint.
  const bool has_clock = clock_.ask(*line_, session_, [this, number](auto drawn) { dated(number, drawn); });
  shots_.push_back({.number = number, .asked = now, .is_dated = !has_clock, .drawn = {}, .base64 = {}});
  json::object params;
  params["format"] = "jpeg";
  params["quality"] = quality_;
  auto on_answer = [this, number](const Result<json::object>& answer) { answered(number, answer); };
  line_->ask("Page.captureScreenshot", std::move(params), session_, std::move(on_answer));
}

Screenshots::Shot* Screenshots::find(std::uint64_t number) {
  const auto shot = std::ranges::find(shots_, number, &Shot::number);
  return shot != shots_.end() ? &*shot : nullptr;
}

void Screenshots::answered(std::uint64_t number, const Result<json::object>& answer) {
  Shot* const shot = find(number);
  if (shot == nullptr) return;
  const json::value* data = answer ? answer->if_contains("data") : nullptr;
  if (data == nullptr || !data->is_string() || data->get_string().empty())
    return fail(answer ? Error{errc::protocol, "a screenshot without data"} : answer.error());
  shot->answered = std::chrono::steady_clock::now();
  shot->base64 = data->get_string();
  newest_took_ = shot->answered - shot->asked;
  changed_.cancel();
}

void Screenshots::dated(std::uint64_t number, std::optional<SteadyTime> drawn) {
  Shot* const shot = find(number);
  if (shot == nullptr) return;
  shot->is_dated = true;
  shot->drawn = drawn;
  changed_.cancel();
}

void Screenshots::hand_over() {
  while (!shots_.empty() && !shots_.front().base64.empty()) {
    const bool is_given_up = std::chrono::steady_clock::now() >= shots_.front().answered + wait_for_date;
    if (!shots_.front().is_dated && !is_given_up) return;
    Shot shot = std::move(shots_.front());
    shots_.pop_front();
    if (!shot.is_dated) clock_.renew(*line_, session_, target_);
    const SteadyTime drawn =
        shot.drawn ? std::clamp(*shot.drawn, shot.asked, shot.answered) : reckoned(shot.asked, shot.answered);
    on_picture_(Frame{drawn, std::move(shot.base64)});
  }
}

void Screenshots::fail(Error error) {
  end();
  on_picture_(std::move(error));
}

}  // namespace greenroom::recorder
