#include "cdp/own_line.hpp"

#include <utility>

#include <boost/json.hpp>

#include "base/deadline.hpp"

namespace greenroom::cdp {

using base::errc;
using base::Error;

CallBook::Ticket CallBook::open(std::string_view method, const json::object& params, std::string_view session,
                                OnResult on_result) {
  Ticket ticket;
  ticket.id = next_id_++;
  json::object message;
  message["id"] = ticket.id;
  message["method"] = method;
  message["params"] = params;
  if (!session.empty()) message["sessionId"] = session;
  ticket.message = json::serialize(message);
  auto call = std::make_shared<Call>(executor_);
  call->on_result = std::move(on_result);
  calls_.emplace(ticket.id, std::move(call));
  return ticket;
}

base::Task<base::Result<json::object>> CallBook::wait(std::int64_t id, std::chrono::milliseconds deadline,
                                                      std::string method) {
  co_await base::keep_running_when_cancelled();
  const auto found = calls_.find(id);  // there is no suspension between open() and here
  if (found == calls_.end()) co_return Error{errc::closed, method};
  const std::shared_ptr<Call> call = found->second;
  const bool in_time = co_await base::finishes_within(call->done.wait(), deadline);
  calls_.erase(id);
  if (!in_time) co_return Error{errc::timed_out, method};
  if (!call->outcome) {
    Error error = call->outcome.error();
    error.detail = method + ": " + error.detail;
    co_return error;
  }
  co_return std::move(call->outcome);
}

void CallBook::on_answer(std::int64_t id, Line::OnAnswer on_answer) {
  if (const auto found = calls_.find(id); found != calls_.end())
    found->second->on_answer = std::move(on_answer);
}

void CallBook::complete(const Envelope& envelope, std::string_view message) {
  const auto found = calls_.find(envelope.id.value_or(0));
  if (found == calls_.end()) return;
  const std::shared_ptr<Call> call = found->second;
  boost::system::error_code failure;
  if (envelope.has_error) {
    const std::string_view words = plain_string(member(member(message, "error"), "message"));
    call->outcome = Error{errc::protocol, words.empty() ? "refused by the browser" : std::string(words)};
  } else if (json::value value = json::parse(envelope.result, failure); !failure && value.is_object()) {
    call->outcome = std::move(value.get_object());
    if (call->on_result) call->on_result(*call->outcome);
  } else {
    call->outcome = Error{errc::protocol, "an answer without a result"};
  }
  call->done.set();
  // A call that nobody waits for is not kept: wait() has its own share.
  calls_.erase(envelope.id.value_or(0));
  if (call->on_answer) call->on_answer(call->outcome);
}

void CallBook::fail_all() {
  for (auto& [id, call] : std::exchange(calls_, {})) {
    call->done.set();
    if (call->on_answer) call->on_answer(call->outcome);
  }
}

OwnLine::~OwnLine() {
  if (host_ != nullptr) host_->close_line(line_);
}

base::Task<base::Result<json::object>> OwnLine::call(std::string_view method, json::object params,
                                                     std::string_view session) {
  if (host_ == nullptr) co_return Error{errc::closed, std::string(method)};
  CallBook::Ticket ticket = calls_.open(method, params, session.empty() ? root_ : session);
  if (!host_->send_to_browser(std::move(ticket.message))) {
    calls_.abandon(ticket.id);
    co_return Error{errc::closed, std::string(method)};
  }
  co_return co_await calls_.wait(ticket.id, deadline_, std::string(method));
}

void OwnLine::post(std::string_view method, json::object params, std::string_view session) {
  if (host_ == nullptr) return;
  CallBook::Ticket ticket = calls_.open(method, params, session.empty() ? root_ : session);
  calls_.abandon(ticket.id);
  host_->send_to_browser(std::move(ticket.message));
}

void OwnLine::ask(std::string_view method, json::object params, std::string_view session,
                  OnAnswer on_answer) {
  if (host_ == nullptr) return on_answer(Error{errc::closed, std::string(method)});
  CallBook::Ticket ticket = calls_.open(method, params, session.empty() ? root_ : session);
  calls_.on_answer(ticket.id, std::move(on_answer));
  // What the pipe does not take never gets an answer; the pipe is then about to close, and that says so.
  host_->send_to_browser(std::move(ticket.message));
}

void OwnLine::receive(const Envelope& envelope, std::string_view message, bool is_root) {
  if (envelope.id) {
    calls_.complete(envelope, message);
  } else if (handler_) {
    handler_(envelope.method, is_root ? std::string_view() : envelope.session_id, envelope.params);
  }
}

void OwnLine::disconnect() {
  host_ = nullptr;
  calls_.fail_all();
}

}  // namespace greenroom::cdp
