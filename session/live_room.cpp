#include "session/live_room.hpp"

#include <utility>

#include <boost/json.hpp>

#include "base/deadline.hpp"
#include "session/live_guest.hpp"

namespace greenroom::session {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
constexpr std::size_t most_guests = 50;
constexpr base::Milliseconds idle_look{1'000};  // how often a link is looked at while nothing happens
}  // namespace

LiveRoom::LiveRoom(const base::Executor& executor, cdp::Switchboard& switchboard, PageSize usual, Hooks hooks,
                   base::Logger log)
    : executor_(executor),
      switchboard_(switchboard),
      hooks_(std::move(hooks)),
      log_(std::move(log)),
      tabs_(usual, [this] { tell_all(); }),
      feeds_(
          executor, [this](std::string tab) { return take(std::move(tab)); },
          [this] {
            for (const auto& [number, guest] : guests_) guest->wake.notify_all();
          }),
      opened_(executor),
      tasks_(executor) {}

LiveRoom::~LiveRoom() = default;

Task<void> LiveRoom::turn_away(net::MessageStream& stream, net::CloseReason reason, std::string_view ended) {
  if (!ended.empty()) stream.send(render_over("ended", ended));
  stream.close(std::move(reason));
  for (;;) {
    const auto message = co_await stream.read();
    if (!message) co_return;
  }
}

/// Nothing is attached to the browser before somebody looks.
Task<Result<void>> LiveRoom::open() {
  while (opening_) co_await opened_.wait();
  if (tabs_.is_following()) co_return Result<void>();
  opening_ = true;
  std::string front = hooks_.front ? hooks_.front() : std::string();
  auto followed = co_await tabs_.follow(switchboard_, std::move(front));
  opening_ = false;
  opened_.notify_all();
  co_return followed;
}

Task<void> LiveRoom::serve(net::MessageStream& stream, LiveViewer viewer) {
  co_await base::keep_running_when_cancelled();
  const auto opened = co_await open();
  if (closed_) co_return co_await turn_away(stream, close_reason_, ended_);
  if (!opened || guests_.size() >= most_guests) {
    net::CloseReason why{1013, "too many look at this session"};
    if (!opened) why = {1011, opened.error().message().substr(0, 120)};
    co_return co_await turn_away(stream, std::move(why), {});
  }
  Guest guest(executor_, ++last_guest_, std::move(viewer), stream);
  guests_[guest.number] = &guest;
  control_.join(guest.number, guest.wish.may_control);
  hooks_.mark("viewer.joined", {{"viewer", guest.number}, {"mayControl", guest.wish.may_control}});
  guest.feed = &feeds_.join(guest.wish.tab);
  tell_all();
  base::TaskGroup reader(executor_);
  reader.spawn(read(guest));
  co_await show(guest);
  leave(guest);
  stream.close({1000, ""});
  co_await reader.join();
}

void LiveRoom::leave(Guest& guest) {
  guest.is_leaving = true;  // what it still says is not heard
  const LiveControl::Viewer before = control_.holder();
  control_.leave(guest.number);
  guests_.erase(guest.number);
  if (guest.feed != nullptr) feeds_.leave(*std::exchange(guest.feed, nullptr));
  control_changed(before);
  hooks_.mark("viewer.left", {{"viewer", guest.number}});
  tell_all();
}

LiveRoom::Guest* LiveRoom::find(std::uint64_t guest) {
  const auto found = guests_.find(guest);
  return found == guests_.end() ? nullptr : found->second;
}

/// What is in front comes from the recording, which has it anyway; every other tab is asked for its own.
Task<Result<LiveFeeds::Taken>> LiveRoom::take(std::string tab) {
  const std::string shown = tabs_.shown();
  const bool is_shown = tab.empty() || (tab == shown && tabs_.is_shown_alone());
  if (is_shown) {
    auto screen = co_await hooks_.screen();
    if (screen) co_return LiveFeeds::Taken{std::move(*screen), false};
    if (screen.error().code != errc::unavailable) co_return screen.error();
  }
  if (tab.empty()) tab = shown;
  if (tab.empty()) co_return Error{errc::unavailable, "no tab is open"};
  auto picture = co_await tabs_.picture(std::move(tab));
  if (!picture) co_return picture.error();
  co_return LiveFeeds::Taken{std::move(*picture), true};
}

Task<void> LiveRoom::read(Guest& guest) {
  co_await base::keep_running_when_cancelled();
  for (;;) {
    const auto message = co_await guest.stream.read();
    if (!message) break;
    if (guest.is_leaving || closed_) continue;
    const auto said = parse_live(*message);
    if (said && guest.may_say_more()) {
      hear(guest, *said);
      continue;
    }
    guest.is_leaving = true;
    guest.stream.close({1008, said ? "too many messages" : "a message could not be read"});
  }
  guest.is_leaving = true;
  guest.wake.notify_all();
}

/// Whether it is told to go, and was.
bool LiveRoom::send_away(Guest& guest) {
  std::string word;
  net::CloseReason reason{1000, ""};
  if (closed_) {
    word = render_over("ended", ended_);
    reason = close_reason_;
  } else if (!guest.wish.tab.empty() && !tabs_.has(guest.wish.tab)) {
    word = render_over("closed", {});
  } else if (guest.wish.is_still_allowed && !guest.wish.is_still_allowed()) {
    word = render_over("expired", {});
    reason = {1008, "the link has expired"};
  }
  if (word.empty()) return false;
  guest.stream.send(std::move(word));
  guest.stream.close(std::move(reason));
  return true;
}

Task<void> LiveRoom::show(Guest& guest) {
  while (!guest.is_leaving && !send_away(guest)) {
    while (std::exchange(guest.is_stale, false)) tell(guest);
    const LiveFeeds::Feed& feed = *guest.feed;
    if (feed.problem != guest.told_problem) {
      guest.told_problem = feed.problem;
      if (!feed.problem.empty() && !feed.picture) notice(guest, "There is no picture yet: " + feed.problem);
    }
    // One under way: what a viewer has not taken yet is not added to.
    if (feed.picture && feed.number != guest.sent && guest.sent == guest.seen) {
      guest.sent = feed.number;
      guest.stream.send(render_picture(feed.number, *feed.picture));
    }
    (void)co_await base::finishes_within(guest.wake.wait(), idle_look);
  }
}

void LiveRoom::tell_all() {
  for (const auto& [number, guest] : guests_) {
    guest->is_stale = true;
    guest->wake.notify_all();
  }
}

void LiveRoom::tell(Guest& guest) {
  LiveState state;
  state.viewer = guest.number;
  state.may_control = guest.wish.may_control;
  state.holder = control_.holder();
  state.viewers = guests_.size();
  state.shown = tabs_.shown();
  state.watched = guest.feed->tab.empty() ? state.shown : guest.feed->tab;
  state.is_pinned = !guest.feed->tab.empty();
  state.is_only = !guest.wish.tab.empty();
  for (LiveTab& tab : tabs_.tabs()) {
    // A link to one tab tells of no other.
    if (state.is_only && tab.id != guest.wish.tab) continue;
    state.tabs.push_back(std::move(tab));
  }
  // The tab that it looked at has gone: back to whatever is shown.
  if (!state.is_only && state.is_pinned && !tabs_.has(guest.feed->tab)) return watch(guest, {});
  guest.stream.send(render_state(state));
}

void LiveRoom::notice(Guest& guest, std::string_view text) { guest.stream.send(render_notice(text)); }

void LiveRoom::watch(Guest& guest, std::string tab) {
  LiveFeeds::Feed& next = feeds_.join(tab);
  feeds_.leave(*std::exchange(guest.feed, &next));
  guest.sent = guest.seen;
  guest.is_stale = true;
  guest.wake.notify_all();
}

void LiveRoom::close(net::CloseReason reason, std::string_view ended) {
  closed_ = true;
  close_reason_ = std::move(reason);
  ended_ = ended;
  tabs_.stop();
  feeds_.stop();
  for (const auto& [number, guest] : guests_) guest->wake.notify_all();
}

Task<void> LiveRoom::join() {
  co_await feeds_.finished();
  co_await tasks_.join();
}

}  // namespace greenroom::session
