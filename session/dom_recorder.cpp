#include "session/dom_recorder.hpp"

#include <utility>

#include <boost/json.hpp>

#include "base/deadline.hpp"
#include "cdp/envelope.hpp"

namespace greenroom::session {

namespace json = boost::json;
using base::Result;
using base::Task;

namespace {
constexpr const char* world_name = "greenroom-dom";
constexpr std::chrono::milliseconds last_gathering{300};  // a little more than the script gathers

std::string text_of(std::string_view object, std::string_view name) {
  return std::string(cdp::plain_string(cdp::member(object, name)));
}
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
  json::object params;
  params["autoAttach"] = true;
  params["waitForDebuggerOnStart"] = false;
  params["flatten"] = true;
  auto attached = co_await line_->call("Target.setAutoAttach", params);
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
    pages_.erase(text_of(params, "sessionId"));
  } else if (method == "Page.frameNavigated" &&
             cdp::member(cdp::member(params, "frame"), "parentId").empty()) {
    begin_document(std::string(session));
  }
}

void DomRecorder::on_attached(std::string_view params) {
  const std::string session = text_of(params, "sessionId");
  const std::string_view info = cdp::member(params, "targetInfo");
  if (session.empty() || cdp::plain_string(cdp::member(info, "type")) != "page") return;
  Page page;
  page.target = text_of(info, "targetId");
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
  json::object world;
  world["frameId"] = page->second.target;  // of a page, both ids are the same
  world["worldName"] = world_name;
  auto made = [this, session, document](const Result<json::object>& answer) {
    const json::value* id = answer ? answer->if_contains("executionContextId") : nullptr;
    if (id != nullptr && id->is_int64()) drain(session, id->get_int64(), document);
  };
  line_->ask("Page.createIsolatedWorld", world, session, std::move(made));
}

void DomRecorder::drain(const std::string& session, std::int64_t world, std::uint64_t document) {
  const auto page = pages_.find(session);
  if (page == pages_.end() || page->second.document != document || stopping_ || full_) return;
  json::object params;
  params["contextId"] = world;
  params["awaitPromise"] = true;
  params["returnByValue"] = true;
  params["silent"] = true;
  params["expression"] = "self.greenroomDom.drain()";
  auto came = [this, session, world, document, tab = page->second.tab](const Result<json::object>& answer) {
    // A document that has gone, or one that lets no script run: the next one is asked when it is there.
    const json::value* result = answer ? answer->if_contains("result") : nullptr;
    const json::object* object = result != nullptr ? result->if_object() : nullptr;
    const json::value* value = object != nullptr ? object->if_contains("value") : nullptr;
    if (value == nullptr || !value->is_string() || stopping_) return;
    tasks_.spawn(store(session, world, document, tab, std::string(value->get_string())));
  };
  line_->ask("Runtime.evaluate", params, session, std::move(came));
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
