#include "session/timeline.hpp"

#include <utility>

#include <boost/json.hpp>

#include "session/page_events.hpp"

namespace greenroom::session {

namespace json = boost::json;
using base::Result;
using base::Task;

Timeline::Timeline(const base::Executor& executor, std::string session_id, Sink sink, Options options,
                   base::Logger log)
    : executor_(executor),
      session_id_(std::move(session_id)),
      sink_(sink),
      options_(options),
      log_(std::move(log)),
      stored_(executor),
      timer_(executor),
      tasks_(executor) {
  tasks_.spawn(flush_regularly());
}

Timeline::~Timeline() = default;

Task<Result<void>> Timeline::follow(cdp::Switchboard& switchboard) {
  pages_ = std::make_unique<PageEvents>(executor_, *this);
  co_return co_await pages_->follow(switchboard);
}

void Timeline::mark(std::string_view word, const json::object& params, const Place& place) {
  push(word, json::serialize(params), place);
}

std::string Timeline::front() const { return pages_ ? pages_->front() : std::string(); }

void Timeline::note_command(const cdp::ClientCommand& command) {
  if (pages_) pages_->on_command(command);
}

void Timeline::add(std::string_view method, std::string params, const Place& place) {
  if (!options_.only_markers) push(method, std::move(params), place);
}

void Timeline::push(std::string_view method, std::string params, const Place& place) {
  if (stopping_) return;
  const bool overflows = static_cast<std::size_t>(next_seq_) > options_.max_events ||
                         size_ + params.size() > options_.max_size.count;
  const bool says_so = overflows && !full_;
  full_ = full_ || overflows;
  if ((full_ && !says_so) || pending_.size() >= options_.queue_bound) {
    ++dropped_;
    return;
  }
  if (says_so) log_.warning("timeline full", {{"events", next_seq_ - 1}, {"bytes", size_}});
  store::TimelineEvent event;
  event.seq = next_seq_++;
  event.at_ms = sink_.clock.wall().time_since_epoch().count();
  event.page_index = says_so ? -1 : place.page;
  event.target = says_so ? std::string() : place.target;
  event.method = says_so ? std::string_view("timeline.full") : method;
  event.params = says_so ? std::string("{}") : std::move(params);
  if (says_so) ++dropped_;
  size_ += event.params.size();
  pending_.push_back(std::move(event));
  if (pending_.size() == 1) timer_.cancel();
}

Task<void> Timeline::flush_regularly() {
  co_await base::keep_running_when_cancelled();
  while (!stopping_) {
    // Nothing wakes for a page that does nothing: push() and stop() end the wait.
    const bool is_idle = pending_.empty();
    if (is_idle)
      timer_.expires_at(boost::asio::steady_timer::time_point::max());
    else
      timer_.expires_after(options_.flush_interval);
    (void)co_await timer_.async_wait(base::use_tuple);
    if (!is_idle && !stopping_ && !pending_.empty()) co_await store_pending();
  }
}

Task<void> Timeline::store_pending() {
  while (storing_) co_await stored_.wait();
  if (pending_.empty()) co_return;
  storing_ = true;
  std::vector<store::TimelineEvent> batch = std::exchange(pending_, {});
  const std::size_t count = batch.size();
  const auto stored = co_await sink_.store.append(session_id_, std::move(batch));
  if (!stored) {
    dropped_ += count;
    log_.warning("timeline events lost", {{"count", count}, {"why", stored.error().message()}});
  }
  storing_ = false;
  stored_.notify_all();
}

Task<void> Timeline::flush() {
  co_await base::disable_cancellation();
  co_await store_pending();
}

Task<void> Timeline::stop() {
  co_await base::disable_cancellation();
  if (pages_) pages_->stop();
  stopping_ = true;
  timer_.cancel();
  co_await tasks_.join();
  if (pages_) co_await pages_->join();
  co_await store_pending();
}

}  // namespace greenroom::session
