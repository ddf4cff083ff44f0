#include "browser/warm_up.hpp"

#include <memory>
#include <utility>

#include <boost/json.hpp>

#include "base/crypto.hpp"
#include "base/event.hpp"
#include "cdp/envelope.hpp"

namespace greenroom::browser {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace json = boost::json;

namespace {

// Nobody can own this name (RFC 2606), and nobody is asked for it.
constexpr const char* address = "http://warm-up.invalid/";
constexpr std::string_view document =
    "<!doctype html><title>w</title><style>h1{color:#333}p{font:16px "
    "sans-serif}</style><h1>Warm</h1><p>up</p>"
    "<script>document.title=[1,2].map(String).join()</script>";

class WarmUp {
 public:
  WarmUp(const base::Executor& executor, cdp::Line& line)
      : line_(line), paused_(executor), shown_(executor), back_(executor) {}

  Task<Result<void>> run(std::string target) {
    if (auto ready = co_await attach(std::move(target)); !ready) co_return ready;
    if (auto shown = co_await show_document(); !shown) co_return shown;
    co_return co_await go_back();
  }

 private:
  Task<Result<void>> attach(std::string target) {
    json::object which;
    which["targetId"] = target;
    which["flatten"] = true;
    auto attached = co_await line_.call("Target.attachToTarget", std::move(which));
    if (!attached) co_return attached.error();
    const json::value* session = attached->if_contains("sessionId");
    if (session == nullptr || !session->is_string())
      co_return Error{errc::protocol, "an attach without a session"};
    session_ = session->get_string();
    line_.on_event([this](std::string_view method, std::string_view, std::string_view params) {
      if (method == "Fetch.requestPaused") {
        request_ = cdp::plain_string(cdp::member(params, "requestId"));
        paused_.set();
      }
      if (method == "Page.loadEventFired") (shown_.is_set() ? back_ : shown_).set();
    });
    auto enabled = co_await line_.call("Page.enable", json::object(), session_);
    if (!enabled) co_return enabled.error();
    auto fetching = co_await line_.call("Fetch.enable", json::object(), session_);
    if (!fetching) co_return fetching.error();
    co_return Result<void>();
  }

  /// The answer to Page.navigate comes only when the document does.
  Task<Result<void>> show_document() {
    navigate(address);
    co_await paused_.wait();
    if (!paused_.is_set()) co_return given_up();
    json::object header;
    header["name"] = "content-type";
    header["value"] = "text/html";
    json::object answer;
    answer["requestId"] = request_;
    answer["responseCode"] = 200;
    answer["responseHeaders"] = json::array{std::move(header)};
    answer["body"] = base::to_base64(document);
    auto answered = co_await line_.call("Fetch.fulfillRequest", std::move(answer), session_);
    if (!answered) co_return answered.error();
    co_await shown_.wait();
    if (!shown_.is_set()) co_return given_up();
    auto disabled = co_await line_.call("Fetch.disable", json::object(), session_);
    if (!disabled) co_return disabled.error();
    co_return Result<void>();
  }

  Task<Result<void>> go_back() {
    navigate("about:blank");
    co_await back_.wait();
    if (!back_.is_set()) co_return given_up();
    auto forgotten = co_await line_.call("Page.resetNavigationHistory", json::object(), session_);
    if (!forgotten) co_return forgotten.error();
    co_return Result<void>();
  }

  static Error given_up() { return {errc::closed, "warming up was given up"}; }

  void navigate(const char* url) {
    json::object where;
    where["url"] = url;
    line_.post("Page.navigate", std::move(where), session_);
  }

  cdp::Line& line_;
  std::string session_;
  std::string request_;
  base::Event paused_;
  base::Event shown_;
  base::Event back_;
};

}  // namespace

Task<Result<void>> warm_up(base::Executor executor, cdp::Switchboard& switchboard, std::string target) {
  auto line = co_await switchboard.open_line();
  if (!line) co_return line.error();
  WarmUp work(executor, **line);
  auto done = co_await work.run(std::move(target));
  (*line)->on_event({});
  co_return done;
}

}  // namespace greenroom::browser
