#include "tests/fakes/scripted_pipe.hpp"

#include <utility>

#include <boost/json.hpp>

namespace greenroom::fakes {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

ScriptedPipe::ScriptedPipe(const base::Executor& executor, Answer answer)
    : answer_(std::move(answer)), changed_(executor) {}

void ScriptedPipe::say(std::string message) {
  incoming_.push_back(std::move(message));
  changed_.notify_all();
}

std::string ScriptedPipe::empty_result(const json::object& command) {
  json::object out;
  out["id"] = command.at("id");
  out["result"] = json::object();
  if (const json::value* session = command.if_contains("sessionId")) out["sessionId"] = *session;
  return json::serialize(out);
}

void ScriptedPipe::hang_up() {
  closed_ = true;
  changed_.notify_all();
}

void ScriptedPipe::close() { hang_up(); }

void ScriptedPipe::hold(bool held) {
  held_ = held;
  changed_.notify_all();
}

std::vector<json::object> ScriptedPipe::sent(std::string_view method) const {
  std::vector<json::object> out;
  for (const std::string& message : sent_) {
    boost::system::error_code failure;
    const json::value value = json::parse(message, failure);
    if (failure || !value.is_object()) continue;
    const json::value* name = value.get_object().if_contains("method");
    if (name != nullptr && name->is_string() && name->get_string() == method)
      out.push_back(value.get_object());
  }
  return out;
}

Task<Result<std::vector<std::string>>> ScriptedPipe::read() {
  co_await base::keep_running_when_cancelled();
  while (incoming_.empty() && !closed_) {
    co_await changed_.wait();
    const auto state = co_await base::asio::this_coro::cancellation_state;
    if (state.cancelled() != base::asio::cancellation_type::none) co_return Error{errc::closed, "cancelled"};
  }
  if (incoming_.empty()) co_return Error{errc::closed, "the browser's pipe"};
  co_return std::exchange(incoming_, {});
}

bool ScriptedPipe::send(std::string message) {
  if (closed_ || refuses_) return false;
  sent_.push_back(std::move(message));
  boost::system::error_code failure;
  const json::value value = json::parse(sent_.back(), failure);
  if (failure || !value.is_object()) return true;
  if (auto words = answer_to(value.get_object())) say(std::move(*words));
  return true;
}

bool ScriptedPipe::send(std::string_view head, std::string_view body) {
  return send(std::string(head) + std::string(body));
}

Task<Result<void>> ScriptedPipe::drained() {
  while (held_ && !closed_) co_await changed_.wait();
  if (closed_) co_return Error{errc::closed, "the browser's pipe"};
  co_return Result<void>();
}

std::optional<std::string> ScriptedPipe::answer_to(const json::object& command) {
  const json::value* method = command.if_contains("method");
  const json::value* id = command.if_contains("id");
  if (!answers_ || method == nullptr || !method->is_string() || id == nullptr) return std::nullopt;
  const bool is_top_level = !command.contains("sessionId");
  const std::string_view name = method->get_string();
  const bool to_target = name == "Target.attachToTarget";
  if (is_top_level && (to_target || name == "Target.attachToBrowserTarget")) {
    json::object out;
    out["id"] = *id;
    if (to_target && command.at("params").at("targetId") == "missing")
      out["error"] = {{"code", -32602}, {"message", "No target with given id found"}};
    else
      out["result"] = {{"sessionId", "root-" + std::to_string(next_root_++)}};
    return json::serialize(out);
  }
  return answer_ ? answer_(command) : std::nullopt;
}

}  // namespace greenroom::fakes
