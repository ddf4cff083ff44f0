#include "session/timeline.hpp"

#include <utility>

#include <boost/json.hpp>

#include "cdp/envelope.hpp"
#include "session/timeline_mask.hpp"

namespace greenroom::session {

namespace json = boost::json;
using base::Result;
using base::Task;

Timeline::Timeline(const base::Executor& executor, std::string session_id, Sink sink, Options options,
                   base::Logger log)
    : session_id_(std::move(session_id)),
      sink_(sink),
      options_(options),
      log_(std::move(log)),
      stored_(executor),
      timer_(executor),
      tasks_(executor) {}

Task<Result<void>> Timeline::follow(cdp::Switchboard& switchboard) {
  auto line = co_await switchboard.open_line();
  if (!line) co_return line.error();
  line_ = std::move(*line);
  line_->on_event([this](std::string_view method, std::string_view session, std::string_view params) {
    on_event(method, session, params);
  });
  tasks_.spawn(flush_regularly());
  json::object params;
  params["autoAttach"] = true;
  params["waitForDebuggerOnStart"] = false;  // the first release wins: a second waiter would come too late
  params["flatten"] = true;
  auto attached = co_await line_->call("Target.setAutoAttach", params);
  if (!attached) co_return attached.error();
  co_return Result<void>();
}

void Timeline::on_event(std::string_view method, std::string_view session, std::string_view params) {
  if (method == "Target.attachedToTarget") return on_attached(session, params);
  if (method == "Target.detachedFromTarget") {
    pages_.erase(std::string(cdp::plain_string(cdp::member(params, "sessionId"))));
    return;
  }
  const auto page = pages_.find(std::string(session));
  if (page == pages_.end()) return;
  if (auto kept = masked_params(method, params)) add(page->second, method, std::move(*kept));
}

void Timeline::on_attached(std::string_view outer, std::string_view params) {
  const std::string session(cdp::plain_string(cdp::member(params, "sessionId")));
  const std::string_view info = cdp::member(params, "targetInfo");
  const std::string_view type = cdp::plain_string(cdp::member(info, "type"));
  if (session.empty()) return;
  const bool is_page = type == "page";
  const bool carries_traffic = is_page || type == "iframe" || type == "worker" || type == "service_worker";
  if (type != "tab" && !carries_traffic) return;
  Page page;
  page.target = cdp::plain_string(cdp::member(info, "targetId"));
  const auto parent = pages_.find(std::string(outer));
  if (is_page)
    page.index = next_page_++;
  else if (parent != pages_.end())
    page.index = parent->second.index;
  json::object attach;
  attach["autoAttach"] = true;
  attach["waitForDebuggerOnStart"] = false;
  attach["flatten"] = true;
  line_->post("Target.setAutoAttach", attach, session);
  if (carries_traffic) {
    json::object network;
    // Only the events are wanted: no body is kept in the browser for us.
    network["maxTotalBufferSize"] = 0;
    network["maxResourceBufferSize"] = 0;
    line_->post("Network.enable", network, session);
    if (is_page || type == "iframe") line_->post("Page.enable", json::object(), session);
  }
  pages_.insert_or_assign(session, std::move(page));
}

void Timeline::add(const Page& page, std::string_view method, std::string params) {
  const bool full = static_cast<std::size_t>(next_seq_) > options_.max_events;
  if (full || pending_.size() >= options_.queue_bound) {
    if (dropped_++ == 0) log_.warning("timeline full", {{"events", next_seq_ - 1}});
    return;
  }
  store::TimelineEvent event;
  event.seq = next_seq_++;
  event.at_ms = sink_.clock.wall().time_since_epoch().count();
  event.page_index = page.index;
  event.target = page.target;
  event.method = method;
  event.params = std::move(params);
  pending_.push_back(std::move(event));
}

void Timeline::mark(std::string_view word, const json::object& params) {
  add(Page(), word, json::serialize(params));
}

Task<void> Timeline::flush_regularly() {
  co_await base::keep_running_when_cancelled();
  while (!stopping_) {
    timer_.expires_after(options_.flush_interval);
    (void)co_await timer_.async_wait(base::use_tuple);
    if (!stopping_ && !pending_.empty()) co_await store_pending();
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
  stopping_ = true;
  line_.reset();
  timer_.cancel();
  co_await tasks_.join();
  co_await store_pending();
}

}  // namespace greenroom::session
