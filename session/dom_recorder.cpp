#include "session/dom_recorder.hpp"

#include <utility>

#include <boost/json.hpp>

#include "base/deadline.hpp"
#include "cdp/envelope.hpp"
#include "cdp/page_script.hpp"

namespace greenroom::session {

namespace json = boost::json;
using base::Result;
using base::Task;

namespace {
constexpr const char* world_name = "greenroom-dom";
constexpr std::chrono::milliseconds last_gathering{300};  // a little more than the script gathers

}  // namespace

DomRecorder::DomRecorder(const base::Executor& executor, Options options, base::Logger log)
    : options_(std::move(options)),
      log_(std::move(log)),
      archive_(options_.directory, options_.limit),
      stored_(executor),
      tasks_(executor) {}

Task<Result<void>> DomRecorder::follow(cdp::Switchboard& switchboard) {
  auto line = co_await switchboard.open_line();
  if (!line) co_return line.error();
  line_ = std::move(*line);
  line_->on_event([this](std::string_view method, std::string_view session, std::string_view params) {
    on_event(method, session, params);
  });
  auto attached = co_await line_->call("Target.setAutoAttach", cdp::attach_without_waiting());
  if (!attached) co_return attached.error();
  co_return Result<void>();
}

Task<void> DomRecorder::stop() {
  co_await base::disable_cancellation();
  // What pages did in the last moment is still being gathered in them.
  if (line_ && !pages_.empty() && !full_) co_await base::sleep_for(last_gathering);
  stopping_ = true;
  line_.reset();
  co_await tasks_.join();
}

void DomRecorder::on_event(std::string_view method, std::string_view session, std::string_view params) {
  if (method == "Target.attachedToTarget") return on_attached(params);
  if (method == "Target.detachedFromTarget") {
    pages_.erase(cdp::text_member(params, "sessionId"));
  } else if (method == "Page.frameNavigated" &&
             cdp::member(cdp::member(params, "frame"), "parentId").empty()) {
    begin_document(std::string(session));
  }
}

void DomRecorder::on_attached(std::string_view params) {
  const std::string session = cdp::text_member(params, "sessionId");
  const std::string_view info = cdp::member(params, "targetInfo");
  if (session.empty() || cdp::plain_string(cdp::member(info, "type")) != "page") return;
  Page page;
  page.target = cdp::text_member(info, "targetId");
  page.tab = next_tab_++;
  pages_.insert_or_assign(session, std::move(page));
  line_->post("Page.enable", json::object(), session);
  json::object script;
  script["source"] = options_.script;
  script["worldName"] = world_name;
  script["runImmediately"] = true;
  line_->post("Page.addScriptToEvaluateOnNewDocument", script, session);
  begin_document(session);
}

void DomRecorder::begin_document(const std::string& session) {
  const auto page = pages_.find(session);
  if (page == pages_.end() || stopping_) return;
  const std::uint64_t document = ++page->second.document;
  auto made = [this, session, document](std::int64_t world) { drain(session, world, document); };
  // Of a page, its own id and its main frame's are the same.
  cdp::make_isolated_world(*line_, session, page->second.target, world_name, std::move(made));
}

void DomRecorder::drain(const std::string& session, std::int64_t world, std::uint64_t document) {
  const auto page = pages_.find(session);
  if (page == pages_.end() || page->second.document != document || stopping_ || full_) return;
  auto came = [this, session, world, document, tab = page->second.tab](std::string_view events) {
    if (!stopping_) tasks_.spawn(store(session, world, document, tab, std::string(events)));
  };
  cdp::ask_world(*line_, session, world, "self.greenroomDom.drain()", std::move(came));
}

Task<void> DomRecorder::store(std::string session, std::int64_t world, std::uint64_t document, int tab,
                              std::string events) {
  co_await base::keep_running_when_cancelled();
  while (storing_) co_await stored_.wait();
  storing_ = true;
  auto append = [this, tab, events = std::move(events)] { return archive_.append(tab, events); };
  const auto stored = co_await options_.files->run(std::move(append));
  storing_ = false;
  stored_.notify_all();
  if (!stored && !full_) {
    full_ = true;
    log_.warning("DOM recording stopped", {{"why", stored.error().message()}});
  }
  drain(session, world, document);
}

}  // namespace greenroom::session
