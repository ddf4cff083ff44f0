#include "page/visit.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "base/deadline.hpp"
#include "cdp/envelope.hpp"
#include "page/values.hpp"

namespace greenroom::page {

using base::errc;
using base::Error;

namespace {
/// A page that shows a dialog answers nothing. One that nobody has closed by then is closed here.
constexpr base::Milliseconds dialog_patience{1'000};
/// A frame in another process is announced a moment after its element is there.
constexpr base::Milliseconds frame_patience{1'500};
constexpr const char* world_name = "greenroom";

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

const json::object* object_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? value->if_object() : nullptr;
}

/// The first line of what a function threw, without the word Error.
std::string words_of(const json::object& details) {
  std::string words = text_of(details, "text");
  if (const json::object* thrown = object_of(details, "exception")) {
    const std::string description = text_of(*thrown, "description");
    if (!description.empty()) words = description.substr(0, description.find('\n'));
  }
  if (words.starts_with("Error: ")) words.erase(0, 7);
  return words;
}
}  // namespace

Visit::Visit(const base::Executor& executor, cdp::Line& line, std::string target, base::SteadyTime deadline)
    : line_(line),
      target_(std::move(target)),
      deadline_(deadline),
      changed_(std::make_shared<base::Notifier>(executor)) {}

Visit::~Visit() {
  if (session_.empty()) return;
  json::object params;
  params["sessionId"] = session_;
  line_.post("Target.detachFromTarget", std::move(params));
}

Task<Result<void>> Visit::begin() {
  json::object params;
  params["targetId"] = target_;
  params["flatten"] = true;
  auto attached = co_await line_.call("Target.attachToTarget", std::move(params));
  if (!attached) {
    const bool unknown = attached.error().code == errc::protocol;
    co_return unknown ? Error{errc::gone, std::string(no_such_page)} : attached.error();
  }
  session_ = text_of(*attached, "sessionId");
  post("Page.enable", {});
  let_frames_attach(session_);
  co_return Result<void>();
}

/// Only frames in other processes: workers are none of ours.
void Visit::let_frames_attach(std::string_view session) {
  json::object frames;
  frames["type"] = "iframe";
  json::object params;
  params["autoAttach"] = true;
  params["waitForDebuggerOnStart"] = false;
  params["flatten"] = true;
  params["filter"] = json::array{std::move(frames)};
  post("Target.setAutoAttach", std::move(params), session);
}

void Visit::post(std::string_view method, json::object params, std::string_view session) {
  line_.post(method, std::move(params), session.empty() ? std::string_view(session_) : session);
}

Visit::Ticket Visit::send(std::string_view method, json::object params, std::string_view session) {
  auto ticket = std::make_shared<std::optional<Result<json::object>>>();
  auto on_answer = [ticket, changed = changed_](const Result<json::object>& answer) {
    *ticket = answer;
    changed->notify_all();
  };
  line_.ask(method, std::move(params), session.empty() ? std::string_view(session_) : session,
            std::move(on_answer));
  return ticket;
}

Task<Result<json::object>> Visit::await_answer(Ticket ticket, std::string method) {
  const auto began = std::chrono::steady_clock::now();
  bool dismissed = false;
  while (!*ticket) {
    if (gone_) co_return Error{errc::closed, "the page has gone"};
    const auto now = std::chrono::steady_clock::now();
    if (now >= deadline_) co_return Error{errc::timed_out, method};
    if (!dismissed && now >= began + dialog_patience) {
      dismissed = true;
      dismiss_dialog();
    }
    co_await wait(dismissed ? deadline_ : began + dialog_patience);
  }
  Result<json::object> answer = std::move(**ticket);
  if (answer) co_return answer;
  Error error = answer.error();
  // Chromium's own words, as a client of its port would hear them.
  error.detail = error.code == errc::protocol ? error.detail : method;
  co_return error;
}

Task<Result<json::object>> Visit::call(std::string_view method, json::object params,
                                       std::string_view session) {
  Ticket ticket = send(method, std::move(params), session);
  co_return co_await await_answer(std::move(ticket), std::string(method));
}

/// No dialog there is no fault. A page that asks whether it may be left, may.
void Visit::dismiss_dialog() {
  json::object params;
  params["accept"] = is_leaving_dialog_;
  post("Page.handleJavaScriptDialog", std::move(params));
}

Task<void> Visit::wait(base::SteadyTime until) {
  const auto now = std::chrono::steady_clock::now();
  if (until <= now) co_return;
  (void)co_await base::finishes_within(changed_->wait(), until - now);
}

Task<void> Visit::next_event(base::Milliseconds limit) {
  return wait(std::min(deadline_, std::chrono::steady_clock::now() + limit));
}

Task<Result<Frame>> Visit::world_in(std::string frame, std::string session) {
  json::object params;
  params["frameId"] = frame;
  params["worldName"] = world_name;
  auto made = co_await call("Page.createIsolatedWorld", std::move(params), session);
  if (!made) co_return made.error();
  const json::value* id = made->if_contains("executionContextId");
  if (id == nullptr || !id->is_int64()) co_return Error{errc::protocol, "a world without an id"};
  Frame out;
  out.id = std::move(frame);
  out.session = std::move(session);
  out.world = id->get_int64();
  co_return out;
}

Task<Result<Frame>> Visit::child_frame(std::string id, const Frame& parent) {
  const auto until = std::chrono::steady_clock::now() + frame_patience;
  for (;;) {
    if (const auto remote = remote_.find(id); remote != remote_.end())
      co_return co_await world_in(std::move(id), remote->second);
    auto local = co_await world_in(id, parent.session);
    if (local || local.error().code != errc::protocol) co_return local;
    if (std::chrono::steady_clock::now() >= std::min(until, deadline_)) co_return local.error();
    co_await wait(std::chrono::steady_clock::now() + base::Milliseconds(100));
  }
}

Task<Result<json::object>> Visit::evaluate(std::string_view function, json::object where, std::string session,
                                           json::array arguments) {
  json::array list;
  for (json::value& argument : arguments) {
    // A handle is passed as {"objectId": …}, anything else by its value.
    const json::object* object = argument.if_object();
    if (object != nullptr && object->contains("objectId")) {
      list.push_back(std::move(argument));
    } else {
      json::object wrapped;
      wrapped["value"] = std::move(argument);
      list.push_back(std::move(wrapped));
    }
  }
  where["functionDeclaration"] = function;
  where["arguments"] = std::move(list);
  where["awaitPromise"] = true;
  auto answer = co_await call("Runtime.callFunctionOn", std::move(where), session);
  if (!answer) co_return answer.error();
  if (const json::object* details = object_of(*answer, "exceptionDetails"))
    co_return Error{errc::invalid_argument, words_of(*details)};
  const json::object* result = object_of(*answer, "result");
  if (result == nullptr) co_return Error{errc::protocol, "an answer without a result"};
  json::object out = *result;
  co_return out;
}

namespace {
Result<json::value> value_of(Result<json::object> answer) {
  if (!answer) return answer.error();
  const json::value* value = answer->if_contains("value");
  return value != nullptr ? *value : json::value();
}

json::object by_value(std::string_view where, json::value what) {
  json::object out;
  out[where] = std::move(what);
  out["returnByValue"] = true;
  return out;
}
}  // namespace

Task<Result<json::value>> Visit::run(const Frame& frame, std::string_view function, json::array arguments) {
  json::object where = by_value("executionContextId", frame.world);
  auto answer = co_await evaluate(function, std::move(where), frame.session, std::move(arguments));
  co_return value_of(std::move(answer));
}

Task<Result<json::value>> Visit::run(const Handle& object, std::string_view function, json::array arguments) {
  json::object where = by_value("objectId", json::string(object.object));
  auto answer = co_await evaluate(function, std::move(where), object.session, std::move(arguments));
  co_return value_of(std::move(answer));
}

Task<Result<std::optional<Handle>>> Visit::find(const Frame& frame, std::string_view function,
                                                json::array arguments) {
  json::object where;
  where["executionContextId"] = frame.world;
  auto answer = co_await evaluate(function, std::move(where), frame.session, std::move(arguments));
  if (!answer) co_return answer.error();
  std::optional<Handle> out;
  const std::string object = text_of(*answer, "objectId");
  if (!object.empty()) out = Handle{frame.session, object};
  co_return out;
}

std::vector<Visit::RemoteFrame> Visit::remote_frames() const {
  std::vector<RemoteFrame> out;
  for (const auto& [frame, session] : remote_) out.push_back({frame, session});
  std::sort(out.begin(), out.end(), [](const RemoteFrame& a, const RemoteFrame& b) { return a.id < b.id; });
  return out;
}

void Visit::on_event(std::string_view method, std::string_view session, std::string_view params) {
  if (method == "Target.attachedToTarget") return on_attached(session, params);
  if (method == "Target.detachedFromTarget") {
    const std::string_view left = cdp::plain_string(cdp::member(params, "sessionId"));
    if (!session_.empty() && left == session_) stop();
    std::erase_if(remote_, [&](const auto& item) { return item.second == left; });
    return;
  }
  if (session_.empty() || session != session_) return;
  if (method == "Inspector.targetCrashed") return stop();
  boost::system::error_code failure;
  const json::value parsed = json::parse(params, failure);
  if (failure || !parsed.is_object()) return;
  if (method == "Page.javascriptDialogOpening")
    is_leaving_dialog_ = text_of(parsed.get_object(), "type") == "beforeunload";
  if (method == "Page.javascriptDialogClosed") is_leaving_dialog_ = false;
  if (watcher_) watcher_(method, parsed.get_object());
  changed_->notify_all();
}

void Visit::on_attached(std::string_view outer, std::string_view params) {
  const bool is_ours =
      outer == session_ ||
      std::any_of(remote_.begin(), remote_.end(), [&](const auto& item) { return item.second == outer; });
  if (session_.empty() || !is_ours) return;
  const std::string_view info = cdp::member(params, "targetInfo");
  if (cdp::plain_string(cdp::member(info, "type")) != "iframe") return;
  const std::string session(cdp::plain_string(cdp::member(params, "sessionId")));
  remote_.insert_or_assign(std::string(cdp::plain_string(cdp::member(info, "targetId"))), session);
  let_frames_attach(session);
  changed_->notify_all();
}

void Visit::stop() {
  gone_ = true;
  changed_->notify_all();
}

}  // namespace greenroom::page
