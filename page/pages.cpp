#include "page/pages.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "base/deadline.hpp"
#include "cdp/discovery.hpp"
#include "cdp/envelope.hpp"
#include "page/act.hpp"
#include "page/navigate.hpp"
#include "page/scripts.hpp"

namespace greenroom::page {

using base::errc;
using base::Error;

namespace {
constexpr std::size_t most_waiting = 32;
const Error stopped_error{errc::closed, "the browser has gone"};
}  // namespace

/// Its end is the next one's turn.
class Pages::Turn {
 public:
  explicit Turn(Pages& pages) : pages_(pages) {}
  ~Turn() {
    pages_.busy_ = false;
    pages_.turn_.notify_all();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Pages& pages_;
};

/// A visit that gets the line's events for as long as it lives.
class Pages::Attached {
 public:
  Attached(Pages& pages, std::string page, base::SteadyTime deadline)
      : visit(pages.executor_, *pages.line_, std::move(page), deadline), pages_(pages) {
    pages_.current_ = &visit;
  }
  ~Attached() {
    if (pages_.current_ == &visit) pages_.current_ = nullptr;
  }
  Attached(const Attached&) = delete;
  Attached& operator=(const Attached&) = delete;

  Visit visit;

 private:
  Pages& pages_;
};

Pages::Pages(const base::Executor& executor, cdp::Switchboard& switchboard, base::Logger log)
    : executor_(executor), switchboard_(switchboard), log_(std::move(log)), turn_(executor) {}

Pages::~Pages() = default;

void Pages::stop() {
  stopped_ = true;
  turn_.notify_all();
  if (current_ != nullptr) current_->stop();
}

Task<Result<void>> Pages::take_turn(base::SteadyTime until) {
  if (waiting_ >= most_waiting) co_return Error{errc::limit_reached, std::to_string(most_waiting)};
  // Counted down however it ends: a caller that goes away is cancelled here.
  struct Count {
    explicit Count(std::size_t& counted) : number(counted) { ++number; }
    ~Count() { --number; }
    Count(const Count&) = delete;
    Count& operator=(const Count&) = delete;
    std::size_t& number;
  };
  const Count count(waiting_);
  while (busy_ && !stopped_) {
    const auto left = until - std::chrono::steady_clock::now();
    if (left <= left.zero())
      co_return Error{errc::timed_out, "waiting for what is under way in this session"};
    (void)co_await base::finishes_within(turn_.wait(), left);
  }
  if (stopped_) co_return stopped_error;
  busy_ = true;
  co_return Result<void>();
}

Task<Result<void>> Pages::open() {
  if (line_) co_return Result<void>();
  auto line = co_await switchboard_.open_line();
  if (!line) co_return line.error();
  line_ = std::move(*line);
  line_->on_event([this](std::string_view method, std::string_view session, std::string_view params) {
    on_event(method, session, params);
  });
  json::object params;
  params["discover"] = true;
  auto discovered = co_await line_->call("Target.setDiscoverTargets", std::move(params));
  if (!discovered) {
    line_.reset();  // the next call tries again
    co_return discovered.error();
  }
  co_return Result<void>();
}

void Pages::on_event(std::string_view method, std::string_view session, std::string_view params) {
  if (method == "Target.targetCreated") {
    const std::string_view info = cdp::member(params, "targetInfo");
    if (cdp::plain_string(cdp::member(info, "type")) == "page")
      opened_.try_emplace(std::string(cdp::plain_string(cdp::member(info, "targetId"))), next_tab_++);
  } else if (method == "Target.targetDestroyed") {
    opened_.erase(std::string(cdp::plain_string(cdp::member(params, "targetId"))));
  }
  if (current_ != nullptr) current_->on_event(method, session, params);
}

Task<Result<std::vector<Pages::Tab>>> Pages::tabs() {
  auto answer = co_await line_->call("Target.getTargets", {});
  if (!answer) co_return answer.error();
  std::vector<Tab> out;
  for (cdp::TargetInfo& target : cdp::read_targets(*answer))
    if (target.type == "page") out.push_back({std::move(target.id), std::move(target.url)});
  auto age = [this](const Tab& tab) {
    const auto found = opened_.find(tab.target);
    return found != opened_.end() ? found->second : 0;
  };
  std::stable_sort(out.begin(), out.end(), [&](const Tab& a, const Tab& b) { return age(a) > age(b); });
  co_return out;
}

Task<Result<std::unique_ptr<Pages::Attached>>> Pages::attach(std::string page, base::SteadyTime deadline) {
  auto attached = std::make_unique<Attached>(*this, std::move(page), deadline);
  auto begun = co_await attached->visit.begin();
  if (!begun) co_return begun.error();
  co_return attached;
}

namespace {
Task<bool> is_shown(Visit& visit) {
  auto frame = co_await visit.main_frame();
  if (!frame) co_return false;
  json::array none;
  auto visible = co_await visit.run(*frame, scripts::is_page_visible, std::move(none));
  co_return visible && visible->is_bool() && visible->get_bool();
}
}  // namespace

Task<Result<std::unique_ptr<Pages::Attached>>> Pages::visit(std::string page, base::SteadyTime deadline) {
  auto opened = co_await open();
  if (!opened) co_return opened.error();
  auto tabs_now = co_await tabs();
  if (!tabs_now) co_return tabs_now.error();
  const Error no_page{errc::gone, std::string(no_such_page)};
  if (!page.empty()) {
    const bool exists =
        std::any_of(tabs_now->begin(), tabs_now->end(), [&](const Tab& tab) { return tab.target == page; });
    if (!exists) co_return no_page;
    co_return co_await attach(std::move(page), deadline);
  }
  if (tabs_now->empty()) co_return no_page;
  // Of those that are shown, the newest; a page that does not answer in a moment is passed over.
  constexpr base::Milliseconds patience{2'000};
  for (const Tab& tab : *tabs_now) {
    if (tabs_now->size() == 1) break;
    const auto until = std::min(deadline, std::chrono::steady_clock::now() + patience);
    auto candidate = co_await attach(tab.target, until);
    if (!candidate) continue;
    const bool shown = co_await is_shown((*candidate)->visit);
    candidate->reset();
    if (shown) co_return co_await attach(tab.target, deadline);
  }
  co_return co_await attach(tabs_now->front().target, deadline);
}

Task<Result<Navigation>> Pages::navigate(NavigateRequest request) {
  const auto deadline = std::chrono::steady_clock::now() + request.timeout;
  auto turn = co_await take_turn(deadline);
  if (!turn) co_return turn.error();
  const Turn mine(*this);
  auto attached = co_await visit(request.page, deadline);
  if (!attached) co_return attached.error();
  co_return co_await page::navigate((*attached)->visit, request);
}

Task<Result<Done>> Pages::act(ActRequest request) {
  const auto deadline = std::chrono::steady_clock::now() + request.timeout;
  auto turn = co_await take_turn(deadline);
  if (!turn) co_return turn.error();
  const Turn mine(*this);
  auto attached = co_await visit(request.page, deadline);
  if (!attached) co_return attached.error();
  co_return co_await page::act((*attached)->visit, request);
}

Task<Result<Outline>> Pages::outline(OutlineRequest request) {
  const auto deadline = std::chrono::steady_clock::now() + request.timeout;
  auto turn = co_await take_turn(deadline);
  if (!turn) co_return turn.error();
  const Turn mine(*this);
  auto attached = co_await visit(request.page, deadline);
  if (!attached) co_return attached.error();
  co_return co_await read_outline((*attached)->visit, request, numbers_);
}

Task<Result<std::string>> Pages::address(std::string page) {
  constexpr base::Milliseconds limit{10'000};
  const auto deadline = std::chrono::steady_clock::now() + limit;
  auto turn = co_await take_turn(deadline);
  if (!turn) co_return turn.error();
  const Turn mine(*this);
  auto attached = co_await visit(std::move(page), deadline);
  if (!attached) co_return attached.error();
  auto tabs_now = co_await tabs();
  if (!tabs_now) co_return tabs_now.error();
  for (const Tab& tab : *tabs_now)
    if (tab.target == (*attached)->visit.target()) co_return tab.url;
  co_return std::string();
}

}  // namespace greenroom::page
