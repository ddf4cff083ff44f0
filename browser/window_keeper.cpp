#include "browser/window_keeper.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "base/deadline.hpp"
#include "cdp/envelope.hpp"

namespace greenroom::browser {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {

constexpr std::chrono::milliseconds script_deadline{4'000};  // a busy machine, not a slow page: it is blank

/// A window that is measured while it still changes does not come to its size.
constexpr int most_measurements = 3;

constexpr std::chrono::milliseconds display_deadline{3'000};

/// Chromium makes no window of its own smaller than about this.
constexpr Size smallest{500, 300};

/// Sizes that Chromium does not give a window: too small ones, and the whole screen's, which it takes one off
/// in both directions so that no window manager mistakes it for a fullscreen window.
bool is_refused(Size size, Size screen) {
  return size.width < smallest.width || size.height < smallest.height || size == screen;
}

/// A dimension of an Emulation.setDeviceMetricsOverride; 0 when it is missing or absurd.
int dimension(std::string_view params, std::string_view name) {
  boost::system::error_code error;
  const json::value value = json::parse(cdp::member(params, name), error);
  const bool fits = !error && value.is_int64() && value.get_int64() > 0 && value.get_int64() <= 10'000'000;
  return fits ? static_cast<int>(value.get_int64()) : 0;
}

int integer(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? static_cast<int>(value->get_int64()) : 0;
}

/// A window id or bounds that are missing mean that the browser does not speak as documented.
std::optional<WindowInfo> window_info(const json::object& answer) {
  const json::value* id = answer.if_contains("windowId");
  const json::value* bounds = answer.if_contains("bounds");
  if (id == nullptr || !id->is_int64() || bounds == nullptr || !bounds->is_object()) return std::nullopt;
  const json::object& box = bounds->get_object();
  const json::value* state = box.if_contains("windowState");
  WindowInfo info;
  info.id = id->get_int64();
  info.bounds = {integer(box, "width"), integer(box, "height")};
  info.is_fullscreen = state != nullptr && state->is_string() && state->get_string() == "fullscreen";
  return info;
}

/// Resolves when the page has that size; without a trace in the page afterwards.
std::string size_script(Size size) {
  return "new Promise(resolve => { const look = () => { if (innerWidth === " + std::to_string(size.width) +
         " && innerHeight === " + std::to_string(size.height) +
         ") { removeEventListener('resize', look); resolve(true); } };"
         " addEventListener('resize', look); look(); })";
}

/// How much higher the window is than its page; asked before the first layout, a page says that it has no
/// size.
constexpr const char* toolbar_script =
    "new Promise(resolve => { const look = () => { if (innerWidth > 0 && innerHeight > 0) {"
    " removeEventListener('resize', look); resolve(outerHeight - innerHeight); } };"
    " addEventListener('resize', look); look(); })";

}  // namespace

WindowKeeper::WindowKeeper(const base::Executor& executor, cdp::Switchboard& switchboard, Options options,
                           base::Logger log)
    : switchboard_(switchboard),
      options_(options),
      log_(std::move(log)),
      plan_(options.viewport, options.screen),
      work_(executor),
      idle_(executor) {}

Task<Result<void>> WindowKeeper::start() {
  auto line = co_await switchboard_.open_line();
  if (!line) co_return line.error();
  line_ = std::move(*line);
  line_->on_event([this](std::string_view method, std::string_view session, std::string_view params) {
    if (session.empty()) on_event(method, params);
  });
  switchboard_.on_client_command([this](const cdp::ClientCommand& command) { on_client(command); });
  json::object params;
  params["discover"] = true;
  auto discovering = co_await line_->call("Target.setDiscoverTargets", std::move(params));
  if (!discovering) co_return discovering.error();
  co_return Result<void>{};
}

void WindowKeeper::on_event(std::string_view method, std::string_view params) {
  if (method == "Target.targetDestroyed") {
    const auto closed = plan_.destroyed(std::string(cdp::plain_string(cdp::member(params, "targetId"))));
    if (closed) on_display_.erase(*closed);
    return;
  }
  const bool is_new = method == "Target.targetCreated";
  if (!is_new && method != "Target.targetInfoChanged") return;
  const std::string_view info = cdp::member(params, "targetInfo");
  if (cdp::plain_string(cdp::member(info, "type")) != "page") return;
  const std::string target(cdp::plain_string(cdp::member(info, "targetId")));
  // A page may be announced before its window is: it is looked for again at every later sign of it.
  if (is_new ? plan_.created(target, !cdp::member(info, "openerId").empty()) : plan_.changed(target))
    look_up(target);
}

void WindowKeeper::on_client(const cdp::ClientCommand& command) {
  const std::string target(command.target_id);
  if (command.method == "Emulation.clearDeviceMetricsOverride")
    want(plan_.emulation_cleared(target));
  else if (command.method == "Emulation.setDeviceMetricsOverride")
    want(plan_.emulated(target, {dimension(command.params, "width"), dimension(command.params, "height")}));
}

void WindowKeeper::look_up(const std::string& target) {
  if (std::find(lookups_.begin(), lookups_.end(), target) != lookups_.end()) return;
  if (lookups_.size() >= lookup_limit) {
    log_.warning("too many new windows at once: one keeps its size");
    return;
  }
  lookups_.push_back(target);
  work_.notify_all();
}

void WindowKeeper::want(const std::optional<Resize>& resize) {
  if (!resize) return;
  resizes_[resize->window] = *resize;
  work_.notify_all();
}

Task<void> WindowKeeper::run() {
  co_await base::keep_running_when_cancelled();
  while (!is_stopped_) {
    is_busy_ = true;
    if (!lookups_.empty()) {
      std::string target = std::move(lookups_.front());
      lookups_.pop_front();
      co_await find_window(std::move(target));
    } else if (!resizes_.empty()) {
      const Resize next = resizes_.begin()->second;
      resizes_.erase(resizes_.begin());
      co_await apply(next);
    } else {
      is_busy_ = false;
      idle_.notify_all();
      co_await work_.wait();
    }
  }
  is_busy_ = false;
  idle_.notify_all();
}

void WindowKeeper::stop() {
  is_stopped_ = true;
  work_.notify_all();
  idle_.notify_all();
}

Task<void> WindowKeeper::settled() {
  while (!is_stopped_ && (is_busy_ || !lookups_.empty() || !resizes_.empty())) co_await idle_.wait();
}

Task<void> WindowKeeper::find_window(std::string target) {
  json::object params;
  params["targetId"] = target;
  auto answer = co_await line_->call("Browser.getWindowForTarget", std::move(params));
  // No window: a page that has gone already, or whose window is still to come.
  const auto info = answer ? window_info(*answer) : std::nullopt;
  if (!info) co_return;
  want(plan_.found(target, *info));
  if (first_.empty()) first_ = target;
}

Task<Result<void>> WindowKeeper::set_bounds(WindowId window, json::object bounds) {
  json::object params;
  params["windowId"] = window;
  params["bounds"] = std::move(bounds);
  auto answer = co_await line_->call("Browser.setWindowBounds", std::move(params));
  if (!answer) co_return answer.error();
  co_return Result<void>{};
}

int WindowKeeper::popup_toolbar() const {
  // One pixel more than what window.open() counts: the line below the bar.
  return options_.headless ? popup_bar + 1 : 0;
}

Task<void> WindowKeeper::apply(Resize resize) {
  const bool needs_display = options_.display != nullptr && (on_display_.count(resize.window) != 0 ||
                                                             is_refused(resize.content, options_.screen));
  Result<void> done;
  if (needs_display) {
    done = co_await base::with_deadline(resize_by_display(resize), display_deadline,
                                        "resizing a window on its display");
  } else {
    done = co_await resize_by_browser(resize);
  }
  if (!done) log_.debug("a window was not resized", {{"why", done.error().message()}});
}

Task<Result<void>> WindowKeeper::resize_by_browser(Resize resize) {
  json::object normal;
  normal["windowState"] = "normal";
  json::object place;
  place["left"] = 0;
  place["top"] = 0;
  place["width"] = resize.content.width;
  place["height"] = resize.content.height + (resize.is_popup ? popup_toolbar() : toolbar_);
  json::object full;
  full["windowState"] = "fullscreen";
  // One at a time: a size that comes with a change of state is lost.
  auto done = co_await set_bounds(resize.window, std::move(normal));
  if (done) done = co_await set_bounds(resize.window, std::move(place));
  if (done && !options_.headless) done = co_await set_bounds(resize.window, std::move(full));
  co_return done;
}

Task<Result<void>> WindowKeeper::resize_by_display(Resize resize) {
  co_await base::keep_running_when_cancelled();
  auto display = co_await XClient::connect(*options_.display);
  if (!display) co_return display.error();
  auto known = on_display_.find(resize.window);
  if (known == on_display_.end()) {
    auto found = co_await find_on_display(**display, resize.window);
    if (!found) co_return found.error();
    known = on_display_.emplace(resize.window, *found).first;
  }
  co_return co_await (*display)->resize(known->second, resize.content);
}

/// Nothing tells which X window belongs to a window: it is brought to a size that no other has, and seen.
Task<Result<std::uint32_t>> WindowKeeper::find_on_display(XClient& display, WindowId window) {
  auto watching = co_await display.watch_windows();
  if (!watching) co_return watching.error();
  marks_ = (marks_ + 1) % 97;
  const Resize mark{window, {smallest.width + 1 + marks_, smallest.height + 1 + 2 * marks_}, false};
  auto marked = co_await resize_by_browser(mark);
  if (!marked) co_return marked.error();
  co_return co_await display.wait_for(mark.content);
}

Task<Result<std::string>> WindowKeeper::open_page() {
  json::object params;
  params["url"] = "about:blank";
  params["newWindow"] = true;
  params["width"] = plan_.viewport().width;
  params["height"] = plan_.viewport().height + toolbar_;
  // With its state a window is shown once, in its final form.
  if (!options_.headless) params["windowState"] = "fullscreen";
  auto created = co_await line_->call("Target.createTarget", std::move(params));
  if (!created) co_return created.error();
  const json::value* id = created->if_contains("targetId");
  if (id == nullptr || !id->is_string()) co_return Error{errc::protocol, "a new page without a target"};
  std::string target(id->get_string());
  const bool measures = options_.headless && toolbar_ == 0;
  for (int attempt = 1;; ++attempt) {
    if (measures) {
      auto measured = co_await measure_toolbar(target);
      if (!measured) co_return measured.error();
    }
    co_await settled();
    auto seen = co_await wait_for_size(target, plan_.viewport());
    if (seen) break;
    if (!measures || attempt == most_measurements || seen.error().code != errc::timed_out)
      co_return seen.error();
    log_.warning("a window's bar is measured again", {{"height", toolbar_}});
  }
  first_ = target;
  seen_ = plan_.viewport();
  co_return target;
}

Task<Result<json::value>> WindowKeeper::evaluate(std::string target, std::string script) {
  json::object attach;
  attach["targetId"] = target;
  attach["flatten"] = true;
  auto attached = co_await line_->call("Target.attachToTarget", std::move(attach));
  if (!attached) co_return attached.error();
  const json::value* id = attached->if_contains("sessionId");
  if (id == nullptr || !id->is_string()) co_return Error{errc::protocol, "an attach without a session"};
  const std::string session(id->get_string());
  json::object params;
  params["expression"] = script;
  params["awaitPromise"] = true;
  params["returnByValue"] = true;
  auto answer = co_await base::with_deadline(line_->call("Runtime.evaluate", std::move(params), session),
                                             script_deadline, "looking at a page's size");
  json::object detach;
  detach["sessionId"] = session;
  line_->post("Target.detachFromTarget", std::move(detach));
  if (!answer) co_return answer.error();
  boost::system::error_code error;
  const json::value whole(std::move(*answer));
  const json::value* value = whole.find_pointer("/result/value", error);
  if (value == nullptr) co_return Error{errc::protocol, "a page that does not tell its size"};
  co_return *value;
}

Task<Result<void>> WindowKeeper::wait_for_size(std::string target, Size size) {
  auto seen = co_await evaluate(std::move(target), size_script(size));
  if (!seen) co_return seen.error();
  co_return Result<void>{};
}

Task<Result<void>> WindowKeeper::measure_toolbar(std::string target) {
  auto height = co_await evaluate(target, toolbar_script);
  if (!height) co_return height.error();
  if (!height->is_int64() || height->get_int64() < 0 || height->get_int64() > 1000)
    co_return Error{errc::protocol, "a window without a toolbar's height"};
  toolbar_ = static_cast<int>(height->get_int64());
  want(plan_.again(target));
  co_return Result<void>{};
}

Task<Result<bool>> WindowKeeper::has_page() {
  auto answer = co_await line_->call("Target.getTargets", json::object());
  if (!answer) co_return answer.error();
  const json::value* targets = answer->if_contains("targetInfos");
  if (targets == nullptr || !targets->is_array())
    co_return Error{errc::protocol, "a list of targets without one"};
  for (const json::value& target : targets->get_array()) {
    const json::value* type = target.is_object() ? target.get_object().if_contains("type") : nullptr;
    if (type != nullptr && type->is_string() && type->get_string() == "page") co_return true;
  }
  co_return false;
}

Task<Result<void>> WindowKeeper::use_viewport(Size viewport) {
  const std::vector<Resize> resizes = plan_.use_viewport(viewport);
  // A warm browser's page has been seen in the usual size: asking it again would only cost its session time.
  if (resizes.empty() && seen_ == plan_.viewport() && !is_busy_) co_return Result<void>{};
  for (const Resize& resize : resizes) want(resize);
  co_await settled();
  if (!plan_.window_of(first_)) co_return Result<void>{};
  auto seen = co_await wait_for_size(first_, plan_.viewport());
  if (seen) seen_ = plan_.viewport();
  co_return seen;
}

}  // namespace greenroom::browser
