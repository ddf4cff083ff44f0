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

}  // namespace

SteadyTime drawn_at(SteadyTime asked, SteadyTime answered) {
  const auto whole = answered - asked;
  return asked + std::clamp<SteadyTime::duration>(25ms + whole / 4,
                                                  std::max<SteadyTime::duration>(whole - 100ms, 0ms), whole);
}

Screenshots::Screenshots(const base::Executor& executor, int quality, IsWanted is_wanted,
                         OnPicture on_picture)
    : quality_(quality),
      is_wanted_(std::move(is_wanted)),
      on_picture_(std::move(on_picture)),
      changed_(executor) {}

void Screenshots::begin(cdp::Line& line, std::string session, SteadyTime::duration interval) {
  end();
  line_ = &line;
  session_ = std::move(session);
  interval_ = interval;
}

void Screenshots::end() {
  line_ = nullptr;
  asked_.clear();
  ++run_;
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

std::size_t Screenshots::most_in_flight() const {
  return interval_ < one_after_the_other && newest_took_ < slow ? 2 : 1;
}

base::Task<void> Screenshots::run() {
  co_await base::keep_running_when_cancelled();
  while (!is_stopped_) {
    const auto now = std::chrono::steady_clock::now();
    if (!asked_.empty() && now - asked_.front() >= patience) {
      end();
      on_picture_(Error{errc::timed_out, "Page.captureScreenshot"});
      continue;
    }
    const bool may_ask = is_on() && asked_.size() < most_in_flight() && is_wanted_();
    if (may_ask && now >= due_) {
      // On the beat, so that the rate is exact; a late one does not make the next ones come faster.
      due_ = now - due_ < interval_ ? due_ + interval_ : now + interval_;
      ask(now);
      continue;
    }
    SteadyTime next = asked_.empty() ? SteadyTime::max() : asked_.front() + patience;
    if (may_ask) next = std::min(next, due_);
    changed_.expires_at(next);
    (void)co_await changed_.async_wait(base::use_tuple);
  }
}

void Screenshots::ask(SteadyTime now) {
  asked_.push_back(now);
  json::object params;
  params["format"] = "jpeg";
  params["quality"] = quality_;
  auto on_answer = [this, now, run = run_](const Result<json::object>& answer) {
    if (run == run_) answered(now, answer);
  };
  line_->ask("Page.captureScreenshot", std::move(params), session_, std::move(on_answer));
}

void Screenshots::answered(SteadyTime asked, const Result<json::object>& answer) {
  const auto now = std::chrono::steady_clock::now();
  newest_took_ = now - asked;
  asked_.pop_front();
  changed_.cancel();
  const json::value* data = answer ? answer->if_contains("data") : nullptr;
  if (data == nullptr || !data->is_string()) {
    end();
    return on_picture_(answer ? Error{errc::protocol, "a screenshot without data"} : answer.error());
  }
  on_picture_(Frame{drawn_at(asked, now), std::string(data->get_string())});
}

}  // namespace greenroom::recorder
