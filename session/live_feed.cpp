#include "session/live_feed.hpp"

#include <utility>

#include "base/deadline.hpp"

namespace greenroom::session {

using base::errc;
using base::Milliseconds;
using base::Task;

namespace {
Milliseconds since(base::SteadyTime time) {
  return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - time);
}
}  // namespace

Milliseconds pause_before_next(const LivePace& pace) {
  constexpr Milliseconds short_while{2'000};
  constexpr Milliseconds long_while{10'000};
  const bool is_acted_on = pace.since_input < short_while;
  const bool moves = pace.since_change < short_while;
  // A page that is asked for a picture draws it for us; the recording has one anyway.
  if (pace.is_costly)
    return is_acted_on ? Milliseconds(120) : moves ? Milliseconds(500) : Milliseconds(1'000);
  if (is_acted_on) return Milliseconds(60);
  if (moves) return Milliseconds(100);
  return pace.since_change < long_while ? Milliseconds(200) : Milliseconds(400);
}

LiveFeeds::LiveFeeds(const base::Executor& executor, Take take, std::function<void()> changed)
    : executor_(executor), take_(std::move(take)), changed_(std::move(changed)), tasks_(executor) {}

LiveFeeds::Feed& LiveFeeds::join(const std::string& tab) {
  std::unique_ptr<Feed>& feed = feeds_[tab];
  const bool is_new = feed == nullptr;
  if (is_new) {
    feed = std::make_unique<Feed>(executor_);
    feed->tab = tab;
  }
  ++feed->viewers;
  Feed& joined = *feed;
  if (is_new) tasks_.spawn(run(joined));
  return joined;
}

void LiveFeeds::leave(Feed& feed) {
  --feed.viewers;
  feed.wake.notify_all();
}

void LiveFeeds::hurry() {
  const bool was_quiet = since(last_input_) > Milliseconds(200);
  last_input_ = std::chrono::steady_clock::now();
  if (!was_quiet) return;
  for (const auto& [tab, feed] : feeds_) feed->wake.notify_all();
}

void LiveFeeds::stop() {
  stopped_ = true;
  for (const auto& [tab, feed] : feeds_) feed->wake.notify_all();
}

Task<void> LiveFeeds::run(Feed& feed) {
  co_await base::keep_running_when_cancelled();
  base::SteadyTime changed = std::chrono::steady_clock::now();
  while (feed.viewers > 0) {
    if (stopped_) {
      co_await feed.wake.wait();  // its viewers still hold it
      continue;
    }
    auto taken = co_await take_(feed.tab);
    const bool is_costly = taken && taken->is_costly;
    if (taken && (!feed.picture || *feed.picture != taken->jpeg)) {
      feed.picture = std::make_shared<const std::string>(std::move(taken->jpeg));
      feed.number = ++last_number_;
      feed.problem.clear();
      changed = std::chrono::steady_clock::now();
      changed_();
    }
    const std::string problem = taken ? std::string() : taken.error().message();
    if (problem != feed.problem) {
      feed.problem = problem;
      changed_();
    }
    if (feed.viewers == 0 || stopped_) continue;
    const LivePace pace{is_costly || !taken, since(last_input_), since(changed)};
    (void)co_await base::finishes_within(feed.wake.wait(), pause_before_next(pace));
  }
  feeds_.erase(std::string(feed.tab));
}

}  // namespace greenroom::session
