#include "session/page_watch.hpp"

#include "cdp/envelope.hpp"

namespace greenroom::session {

using base::Result;
using base::Task;

Task<Result<void>> PageWatch::follow(cdp::Switchboard& switchboard) {
  auto line = co_await switchboard.open_line();
  if (!line) co_return line.error();
  line_ = std::move(*line);
  line_->on_event([this](std::string_view method, std::string_view, std::string_view params) {
    on_event(method, params);
  });
  // Announces those that are there already, too.
  cdp::json::object params;
  params["discover"] = true;
  auto discovering = co_await line_->call("Target.setDiscoverTargets", std::move(params));
  if (!discovering) co_return discovering.error();
  co_return Result<void>();
}

void PageWatch::on_event(std::string_view method, std::string_view params) {
  const bool had_page = !pages_.empty();
  if (method == "Target.targetCreated") {
    const std::string_view info = cdp::member(params, "targetInfo");
    if (cdp::plain_string(cdp::member(info, "type")) != "page") return;
    pages_.emplace(cdp::plain_string(cdp::member(info, "targetId")));
  } else if (method == "Target.targetDestroyed") {
    pages_.erase(std::string(cdp::plain_string(cdp::member(params, "targetId"))));
  }
  if (had_page == !pages_.empty()) return;
  without_since_.reset();
  if (had_page) without_since_ = clock_.steady();
  changed_();
}

}  // namespace greenroom::session
