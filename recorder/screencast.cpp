#include "recorder/screencast.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <boost/json.hpp>

#include "base/apart.hpp"
#include "cdp/envelope.hpp"
#include "cdp/page_script.hpp"

namespace greenroom::recorder {

namespace json = boost::json;
using base::errc;
using base::Error;
using base::Result;

namespace {

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t n = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), n);
  return read.ec == std::errc() ? std::optional(n) : std::nullopt;
}

/// On a machine with too much to do Chromium dates the screencast's pictures up to half a second late. They
/// are slow to come then, too.
constexpr std::chrono::milliseconds slow_to_come{60};
/// So long such a picture waits for one whose date is certain, while a look decides whether there will be
/// any.
constexpr std::chrono::milliseconds longest_held{500};

}  // namespace

Screencast::Screencast(const base::Executor& executor, ScreencastOptions options, base::Logger log)
    : options_(options),
      log_(std::move(log)),
      screenshots_(
          executor, options.quality, [this] { return !is_new_; },
          [this](Result<Frame> picture) { on_screenshot(std::move(picture)); }),
      changed_(executor),
      due_(executor),
      tasks_(executor) {}

Task<Result<std::unique_ptr<Screencast>>> Screencast::start(cdp::Switchboard& switchboard,
                                                            ScreencastOptions options, base::Logger log) {
  const base::Executor executor = co_await base::asio::this_coro::executor;
  auto screencast = std::make_unique<Screencast>(executor, options, std::move(log));
  const auto attached = co_await screencast->attach(switchboard);
  if (attached) co_return std::move(screencast);
  co_await base::apart(screencast->stop());
  co_return attached.error();
}

Task<Result<void>> Screencast::attach(cdp::Switchboard& switchboard) {
  auto line = co_await switchboard.open_line();
  if (!line) co_return line.error();
  line_ = std::move(*line);
  line_->on_event([this](std::string_view method, std::string_view session, std::string_view params) {
    on_event(method, session, params);
  });
  tasks_.spawn(acknowledge_regularly());
  tasks_.spawn(screenshots_.run());
  json::object only_pages;
  only_pages["type"] = "page";
  json::object params = cdp::attach_without_waiting();
  params["filter"] = json::array{std::move(only_pages)};
  auto attached = co_await line_->call("Target.setAutoAttach", std::move(params));
  if (!attached) co_return attached.error();
  co_return Result<void>();
}

void Screencast::on_event(std::string_view method, std::string_view session, std::string_view params) {
  if (is_stopped_) return;
  if (method == "Target.attachedToTarget") return on_attached(params);
  if (method == "Target.detachedFromTarget") {
    const std::string gone = cdp::text_member(params, "sessionId");
    plan_.closed(gone);
    pages_.erase(gone);
    screenshots_.forget(gone);
    return follow_plan();
  }
  const std::string own(session);
  if (!pages_.contains(own)) return;
  if (method == "Page.screencastFrame") {
    on_frame(own, params);
  } else if (method == "Page.screencastVisibilityChanged") {
    const bool is_visible = cdp::member(params, "visible") == "true";
    plan_.say_visible(own, is_visible);
    follow_plan();
    if (is_visible && own != shown_) rest(own);
  } else if (method == "Inspector.targetReloadedAfterCrash") {
    // Its painter was another process: what was started there has ended with it.
    cast(own, pages_[own]);
  }
}

void Screencast::on_attached(std::string_view params) {
  const std::string session = cdp::text_member(params, "sessionId");
  const std::string_view info = cdp::member(params, "targetInfo");
  if (session.empty() || cdp::plain_string(cdp::member(info, "type")) != "page") return;
  Page page;
  page.target = cdp::plain_string(cdp::member(info, "targetId"));
  plan_.opened(session, page.target);
  pages_[session] = std::move(page);
  follow_plan();
  tasks_.spawn(begin(session));
}

/// A page that goes meanwhile refuses; there is nothing to do about that.
Task<void> Screencast::begin(std::string session) {
  co_await base::keep_running_when_cancelled();
  line_->post("Inspector.enable", json::object(), session);
  if (!is_paced_) {
    const bool knows = co_await knows_pacing(session);
    if (is_stopped_) co_return;
    if (!is_paced_ && !knows) log_.info("screencast without pacing", {});
    is_paced_ = knows;
  }
  if (const auto page = pages_.find(session); page != pages_.end()) cast(session, page->second);
}

void Screencast::cast(const std::string& session, Page& page) {
  if (session == shown_) screenshots_.end();
  page.is_cast = true;
  page.unacknowledged.reset();
  page.acknowledged.reset();
  line_->post("Page.startScreencast", start_parameters(), session);
}

/// A page that paints although another one is shown would have its pictures made for nobody. A hidden one
/// does not paint, and goes on telling when it is shown.
void Screencast::rest(const std::string& session) {
  const auto page = pages_.find(session);
  if (page == pages_.end() || !page->second.is_cast || !plan_.is_visible(session)) return;
  page->second.is_cast = false;
  page->second.unacknowledged.reset();
  page->second.newest.clear();
  line_->post("Page.stopScreencast", json::object(), session);
}

/// Another page is shown. One of which screenshots were taken does not tell whether it is visible: its
/// screencast, once started, does.
void Screencast::leave(const std::string& session) {
  const bool had_screenshots = screenshots_.is_on();
  screenshots_.end();
  const auto page = pages_.find(session);
  if (page == pages_.end()) return;
  if (!had_screenshots) return rest(session);
  cast(session, page->second);
}

/// A parameter that Chromium does not know is ignored; one that it knows is refused when it is wrong.
Task<bool> Screencast::knows_pacing(const std::string& session) {
  json::object wrong;
  wrong["format"] = "jpeg";
  wrong["maxFramesInFlight"] = -1;
  const auto answer = co_await line_->call("Page.startScreencast", std::move(wrong), session);
  co_return !answer && answer.error().code == errc::protocol &&
      answer.error().detail.find("maxFramesInFlight") != std::string::npos;
}

json::object Screencast::start_parameters() const {
  json::object params;
  params["format"] = "jpeg";
  params["quality"] = options_.quality;
  params["maxWidth"] = options_.max_width;
  params["maxHeight"] = options_.max_height;
  if (is_paced_.value_or(false)) {
    params["maxFramesInFlight"] = 1;
    params["sendLastFrame"] = true;
  }
  return params;
}

void Screencast::on_frame(const std::string& session, std::string_view params) {
  Page& page = pages_[session];
  std::string data(cdp::plain_string(cdp::member(params, "data")));
  if (page.is_cast) page.unacknowledged = integer(cdp::member(params, "sessionId"));
  if (page.unacknowledged && !is_paced_.value_or(false)) acknowledge(session, page);
  if (session != shown_) {
    // Not acknowledged, so it makes no more of them; this one is at hand when the page is brought to the
    // front.
    page.newest = std::move(data);
    return;
  }
  const base::SteadyTime taken = moment_of(cdp::member(cdp::member(params, "metadata"), "timestamp"))
                                     .value_or(std::chrono::steady_clock::now());
  const auto now = std::chrono::steady_clock::now();
  const bool is_looked_at = page.rhythm.way() == PaintRhythm::Way::at_once && is_paced_.value_or(false);
  if (is_looked_at) page.size = jpeg_size(data);
  if (is_looked_at && now - taken > slow_to_come) {
    held_ = Frame{taken, std::move(data)};
    held_until_ = now + longest_held;
  } else {
    take(std::move(data), taken);
  }
  if (page.is_cast && is_paced_.value_or(false)) {
    page.rhythm.saw_picture(page.acknowledged, taken, now);
    follow_rhythm(session, page);
  }
  if (page.rhythm.way() == PaintRhythm::Way::on_the_beat) take_held();
  due_.cancel();
}

/// The page that is shown is looked at another way, if its rhythm says so.
void Screencast::follow_rhythm(const std::string& session, Page& page) {
  const bool wants_screenshots = page.rhythm.way() == PaintRhythm::Way::screenshots;
  if (page.rhythm.way() == PaintRhythm::Way::at_once) screenshots_.prepare(*line_, session, page.target);
  if (wants_screenshots == screenshots_.is_on()) return;
  log_.debug(wants_screenshots ? "screenshots" : "screencast", {{"page", session}});
  if (!wants_screenshots) return cast(session, page);
  page.has_fitted = false;
  begin_screenshots(session, page);
}

void Screencast::begin_screenshots(const std::string& session, Page& page) {
  screenshot_.reset();
  is_screenshot_new_ = false;
  page.unacknowledged.reset();
  if (std::exchange(page.is_cast, false)) line_->post("Page.stopScreencast", json::object(), session);
  screenshots_.begin(*line_, session, page.target, screenshot_interval());
}

void Screencast::on_screenshot(Result<Frame> picture) {
  const auto found = pages_.find(shown_);
  if (found == pages_.end() || is_stopped_) return;
  Page& page = found->second;
  const auto now = std::chrono::steady_clock::now();
  const bool fits = picture && page.size && jpeg_size(picture->base64) == page.size;
  if (!fits) {
    // Another size from the start: the page is larger than the screencast's pictures. Later: it has a new
    // size.
    log_.debug("no screenshots", {{"why", picture ? "another size" : picture.error().message()}});
    const bool is_for_now = picture ? page.has_fitted : picture.error().code == errc::timed_out;
    if (is_for_now)
      page.rhythm.was_interrupted();
    else
      page.rhythm.saw_no_screenshot();
    return cast(shown_, page);
  }
  page.has_fitted = true;
  const bool is_same = screenshot_ && screenshot_->base64 == picture->base64;
  page.rhythm.saw_screenshot(is_same, now);
  if (!is_same) {
    screenshot_ = std::move(*picture);
    is_screenshot_new_ = true;
  }
  const bool is_last = page.rhythm.way() != PaintRhythm::Way::screenshots;
  // A quarter early is on the beat: answers come when they come.
  const bool is_due = now - handed_over_ >= interval() - interval() / 4;
  if (is_screenshot_new_ && (is_due || is_last)) {
    is_screenshot_new_ = false;
    take(screenshot_->base64, screenshot_->at);
  }
  follow_rhythm(shown_, page);
}

void Screencast::take(std::string base64, base::SteadyTime at) {
  if (base64.empty()) return;
  held_.reset();
  // A picture of another page may have been taken later: time does not go back.
  if (newest_) at = std::max(at, newest_->at);
  newest_ = Frame{at, std::move(base64)};
  handed_over_ = std::chrono::steady_clock::now();
  is_new_ = true;
  changed_.notify_all();
}

void Screencast::take_held() {
  if (!held_) return;
  Frame held = std::move(*std::exchange(held_, std::nullopt));
  take(std::move(held.base64), held.at);
}

/// Shows another page, if the plan says so.
void Screencast::follow_plan() {
  if (plan_.shown() == shown_) return;
  take_held();  // it is all that was seen of the page that is left
  leave(std::exchange(shown_, plan_.shown()));
  const auto page = pages_.find(shown_);
  if (page == pages_.end()) return;
  // What painted all the time when it was last seen is taken to do so: if not, the screenshots say so. The
  // first one is there before long, and what is at hand is old.
  if (page->second.rhythm.way() == PaintRhythm::Way::screenshots) {
    page->second.newest.clear();
    return begin_screenshots(shown_, page->second);
  }
  if (!page->second.is_cast && is_paced_) cast(shown_, page->second);
  take(std::exchange(page->second.newest, {}), std::chrono::steady_clock::now());
  due_.cancel();
}

void Screencast::raise(std::string_view target) {
  plan_.raise(target);
  follow_plan();
}

void Screencast::acknowledge(const std::string& session, Page& page) {
  json::object params;
  params["sessionId"] = *std::exchange(page.unacknowledged, std::nullopt);
  page.acknowledged = std::chrono::steady_clock::now();
  line_->post("Page.screencastFrameAck", std::move(params), session);
}

base::SteadyTime::duration Screencast::interval() const {
  return base::SteadyTime::duration(std::chrono::seconds(1)) / options_.frames_per_second;
}

/// What a page looks like when it has stopped to paint is seen by the next screenshot, so that must not be
/// far.
base::SteadyTime::duration Screencast::screenshot_interval() const {
  return std::min<base::SteadyTime::duration>(interval(), std::chrono::milliseconds(100));
}

/// The clock of the recording: one acknowledgement every 1/fps seconds, and none before the last picture was
/// taken.
Task<void> Screencast::acknowledge_regularly() {
  co_await base::keep_running_when_cancelled();
  while (!is_stopped_) {
    const auto page = pages_.find(shown_);
    const bool is_wanted = page != pages_.end() && page->second.unacknowledged && !is_new_;
    const bool is_at_once = is_wanted && page->second.rhythm.way() == PaintRhythm::Way::at_once;
    const auto due = last_acknowledged_ + interval();
    const auto now = std::chrono::steady_clock::now();
    if (is_wanted && (now >= due || is_at_once)) {
      // On the beat, so that the rate is exact; a late one does not make the next ones come faster.
      last_acknowledged_ = now >= due && now - due < interval() ? due : now;
      acknowledge(page->first, page->second);
      continue;
    }
    if (held_ && now >= held_until_) take_held();
    auto next = is_wanted ? due : base::SteadyTime::max();
    if (held_) next = std::min(next, held_until_);
    due_.expires_at(next);
    (void)co_await due_.async_wait(base::use_tuple);
  }
}

Task<Result<Frame>> Screencast::next() {
  co_await base::keep_running_when_cancelled();
  const auto cancellation = co_await base::asio::this_coro::cancellation_state;
  while (!is_new_ && !is_stopped_ && cancellation.cancelled() == base::asio::cancellation_type::none)
    co_await changed_.wait();
  if (!is_new_) co_return Error{errc::closed, "the screencast"};
  is_new_ = false;
  due_.cancel();
  screenshots_.wake();
  co_return *newest_;
}

void Screencast::repeat() {
  if (!newest_) return;
  is_new_ = true;
  changed_.notify_all();
}

void Screencast::use_rate(int frames_per_second) {
  options_.frames_per_second = std::max(1, frames_per_second);
  screenshots_.use_interval(screenshot_interval());
  due_.cancel();
}

Task<void> Screencast::stop() {
  co_await base::disable_cancellation();
  is_stopped_ = true;
  changed_.notify_all();
  due_.cancel();
  screenshots_.stop();
  tasks_.stop();
  co_await tasks_.join();
  line_.reset();
}

}  // namespace greenroom::recorder
