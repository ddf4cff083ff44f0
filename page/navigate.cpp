#include "page/navigate.hpp"

#include <map>
#include <set>

#include <boost/json.hpp>

#include "cdp/client_rules.hpp"

namespace greenroom::page {

using base::errc;
using base::Error;

namespace {
constexpr std::size_t most_responses = 64;  // redirects and documents of other frames

std::string answer_text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// Notes what passes by while a navigation is under way. Which of it matters is known only when the browser
/// names the new document, and that may come last.
class Observer {
 public:
  explicit Observer(std::string frame) : frame_(std::move(frame)) {}

  void on_event(std::string_view method, const json::object& params) {
    if (method == "Page.lifecycleEvent") return on_lifecycle(params);
    if (method == "Network.responseReceived") return on_response(params);
    if (method == "Network.responseReceivedExtraInfo") return on_extra(params);
    if (method == "Network.loadingFinished") finished_.insert(answer_text(params, "requestId"));
  }

  bool has_reached(const std::string& loader, std::string_view stage) const {
    const auto found = stages_.find(loader);
    return found != stages_.end() && found->second.contains(std::string(stage));
  }
  /// Another document has begun since `loader`.
  bool is_superseded(const std::string& loader) const {
    return !newest_.empty() && newest_ != loader && stages_.contains(loader);
  }
  std::optional<DocumentResponse> response(const std::string& loader) const {
    const auto found = responses_.find(loader);
    if (found == responses_.end()) return std::nullopt;
    DocumentResponse out = found->second;
    out.is_finished = finished_.contains(loader);
    if (const auto extra = extra_.find(loader); extra != extra_.end()) {
      const json::value* headers = extra->second.if_contains("headers");
      if (headers != nullptr && headers->is_object()) out.extra_headers = headers->get_object();
      out.extra_headers_text = answer_text(extra->second, "headersText");
    }
    return out;
  }

 private:
  void on_lifecycle(const json::object& params) {
    if (answer_text(params, "frameId") != frame_) return;
    const std::string loader = answer_text(params, "loaderId");
    const std::string name = answer_text(params, "name");
    if (name == "init") newest_ = loader;
    if (stages_.size() < most_responses || stages_.contains(loader)) stages_[loader].insert(name);
  }
  void on_response(const json::object& params) {
    // A document's own request bears the document's id.
    const std::string id = answer_text(params, "requestId");
    const json::value* response = params.if_contains("response");
    const bool is_document =
        answer_text(params, "type") == "Document" && answer_text(params, "frameId") == frame_;
    if (!is_document || response == nullptr || !response->is_object()) return;
    if (responses_.size() >= most_responses) return;
    DocumentResponse out;
    out.request_id = id;
    out.frame_id = frame_;
    out.loader_id = answer_text(params, "loaderId");
    out.response = response->get_object();
    responses_.insert_or_assign(id, std::move(out));
  }
  void on_extra(const json::object& params) {
    if (extra_.size() < most_responses) extra_.insert_or_assign(answer_text(params, "requestId"), params);
  }

  std::string frame_;
  std::string newest_;
  std::map<std::string, std::set<std::string>> stages_;  // by document
  std::map<std::string, DocumentResponse> responses_;    // by request
  std::map<std::string, json::object> extra_;            // by request
  std::set<std::string> finished_;
};

std::string_view stage_of(WaitUntil until) {
  switch (until) {
    case WaitUntil::dom_content_loaded:
      return "DOMContentLoaded";
    case WaitUntil::load:
      return "load";
    case WaitUntil::network_idle:
      return "networkIdle";
  }
  return "load";
}

Error late(const NavigateRequest& request) {
  return Error{errc::timed_out,
               "Lifecycle wait timed out after " + std::to_string(request.timeout.count()) + "ms"};
}

void listen(Visit& visit) {
  json::object on;
  on["enabled"] = true;
  visit.post("Page.setLifecycleEventsEnabled", std::move(on));
  json::object network;
  network["maxTotalBufferSize"] = 0;  // only the events are wanted
  network["maxResourceBufferSize"] = 0;
  visit.post("Network.enable", std::move(network));
}

Task<Result<void>> wait_for_stage(Visit& visit, const NavigateRequest& request, const Observer& observer,
                                  const std::string& loader) {
  constexpr base::Milliseconds step{1'000};
  while (!observer.has_reached(loader, stage_of(request.wait_until))) {
    if (observer.is_superseded(loader))
      co_return Error{errc::conflict, "the navigation was replaced by another one"};
    if (visit.is_gone()) co_return Error{errc::closed, "the page has gone"};
    if (std::chrono::steady_clock::now() >= visit.deadline()) co_return late(request);
    co_await visit.next_event(step);
  }
  co_return Result<void>();
}

Task<Result<Navigation>> go(Visit& visit, const NavigateRequest& request, const Observer& observer) {
  json::object params;
  params["url"] = request.url;
  if (!request.referrer.empty()) params["referrer"] = request.referrer;
  // Answered when the new document begins, so as late as its server likes.
  Visit::Ticket ticket = visit.send("Page.navigate", std::move(params));
  auto answer = co_await visit.await_answer(std::move(ticket), "Page.navigate");
  if (!answer && answer.error().code == errc::timed_out) co_return late(request);
  if (!answer) co_return answer.error();
  Navigation out;
  out.page = visit.target();
  out.failure = answer_text(*answer, "errorText");
  const std::string loader = answer_text(*answer, "loaderId");
  if (!out.failure.empty() || loader.empty()) co_return out;  // no document comes, or the same stays
  auto reached = co_await wait_for_stage(visit, request, observer, loader);
  if (!reached) co_return reached.error();
  out.response = observer.response(loader);
  co_return out;
}
}  // namespace

Task<Result<Navigation>> navigate(Visit& visit, const NavigateRequest& request) {
  if (cdp::is_forbidden_url(request.url))
    co_return Error{errc::forbidden, "addresses of this kind are not open to clients"};
  Observer observer(visit.target());
  visit.watch([&observer](std::string_view method, const json::object& params) {
    observer.on_event(method, params);
  });
  listen(visit);
  auto outcome = co_await go(visit, request, observer);
  visit.watch({});
  co_return outcome;
}

}  // namespace greenroom::page
