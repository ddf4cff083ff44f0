// A browser without a process: a switchboard that records and answers, and an end that the test decides.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/serialize.hpp>

#include "base/event.hpp"
#include "base/ids.hpp"
#include "browser/browser.hpp"

namespace greenroom::browser {

/// One command that was sent on a line of the daemon's own.
struct FakeCall {
  std::string method;
  json::object params;
  std::string session;
};

/// What all lines of one fake share.
struct FakeWire {
  using Answer = std::function<base::Result<json::object>(const FakeCall&)>;
  std::vector<FakeCall> calls;
  Answer answer = [](const FakeCall&) { return json::object(); };
  std::vector<cdp::Line::OnEvent*> listeners;
  /// What was asked with ask() and has no answer yet; the test takes one out and calls it.
  std::vector<std::pair<FakeCall, cdp::Line::OnAnswer>> asked;

  /// An event for every line.
  void emit(std::string_view method, const json::object& params, std::string_view session = {}) {
    const std::string text = json::serialize(params);
    for (cdp::Line::OnEvent* listener : listeners)
      if (*listener) (*listener)(method, session, text);
  }
  std::size_t count(std::string_view method) const {
    std::size_t found = 0;
    for (const FakeCall& call : calls) found += call.method == method ? 1u : 0u;
    return found;
  }
};

class FakeLine final : public cdp::Line {
 public:
  explicit FakeLine(FakeWire& wire) : wire_(wire) { wire_.listeners.push_back(&handler_); }
  ~FakeLine() override { std::erase(wire_.listeners, &handler_); }

  base::Task<base::Result<json::object>> call(std::string_view method, json::object params,
                                              std::string_view session = {}) override {
    FakeCall call{std::string(method), std::move(params), std::string(session)};
    wire_.calls.push_back(call);
    co_return wire_.answer(call);
  }
  void post(std::string_view method, json::object params, std::string_view session = {}) override {
    wire_.calls.push_back({std::string(method), std::move(params), std::string(session)});
  }
  void ask(std::string_view method, json::object params, std::string_view session,
           OnAnswer on_answer) override {
    FakeCall call{std::string(method), std::move(params), std::string(session)};
    wire_.calls.push_back(call);
    wire_.asked.emplace_back(std::move(call), std::move(on_answer));
  }
  void on_event(OnEvent handler) override { handler_ = std::move(handler); }

 private:
  FakeWire& wire_;
  OnEvent handler_;
};

/// Serves clients by reading what they send until they close.
class FakeSwitchboard final : public cdp::Switchboard {
 public:
  explicit FakeSwitchboard(const base::Executor& executor) : gone_(executor) {}

  FakeWire wire;
  std::vector<std::string> served_targets;
  std::vector<std::string> client_messages;
  std::string downloads;
  std::string uploads;

  /// The pipe closes: run() ends, clients are told.
  void break_pipe() {
    gone_.set();
    close_clients({1011, "the browser has gone"});
  }
  /// A client's command that an observer may see.
  void observe(const cdp::ClientCommand& command) {
    for (const auto& observer : observers_) observer(command);
  }

  base::Task<void> run() override { co_await gone_.wait(); }
  base::Task<base::Result<std::unique_ptr<cdp::Line>>> open_line() override {
    if (gone_.is_set()) co_return base::Error{base::errc::closed, "the browser has gone"};
    co_return std::unique_ptr<cdp::Line>(std::make_unique<FakeLine>(wire));
  }
  base::Task<base::Result<cdp::LineEnd>> serve_client(net::MessageStream& stream,
                                                      std::string target) override {
    co_await base::keep_running_when_cancelled();
    if (gone_.is_set()) co_return base::Error{base::errc::closed, "the browser has gone"};
    served_targets.push_back(std::move(target));
    streams_.push_back(&stream);
    last_command_ = std::chrono::steady_clock::now();
    for (;;) {
      const auto message = co_await stream.read();
      if (!message) break;
      last_command_ = std::chrono::steady_clock::now();
      ++counters_.messages_from_clients;
      client_messages.emplace_back(*message);
    }
    const bool is_known = std::erase(streams_, &stream) != 0;
    if (gone_.is_set()) co_return cdp::LineEnd::browser_gone;
    co_return is_known && !closing_ ? cdp::LineEnd::client_gone : cdp::LineEnd::closed_here;
  }
  void close_clients(net::CloseReason reason) override {
    closing_ = true;
    for (net::MessageStream* stream : streams_) stream->close(reason);
  }
  std::size_t clients() const override { return streams_.size(); }
  std::chrono::steady_clock::time_point last_client_command() const override { return last_command_; }
  const cdp::SwitchboardCounters& counters() const override { return counters_; }
  void on_client_command(std::function<void(const cdp::ClientCommand&)> observer) override {
    observers_.push_back(std::move(observer));
  }
  void use_directories(std::string to, std::string from) override {
    downloads = std::move(to);
    uploads = std::move(from);
  }

 private:
  base::Event gone_;
  bool closing_ = false;
  std::vector<net::MessageStream*> streams_;
  std::vector<std::function<void(const cdp::ClientCommand&)>> observers_;
  std::chrono::steady_clock::time_point last_command_ = std::chrono::steady_clock::now();
  cdp::SwitchboardCounters counters_;
};

class FakeBrowser final : public Browser {
 public:
  FakeBrowser(const base::Executor& executor, Fingerprint fingerprint)
      : fingerprint_(std::move(fingerprint)),
        switchboard_(executor),
        line_(switchboard_.wire),
        ended_(executor) {
    if (!fingerprint_.headless) display_ = Display{1, std::string(16, 'c'), fingerprint_.screen};
  }

  /// Its process ends.
  void die(base::ExitStatus status, std::string last_output = {}) {
    if (ended_.is_set()) return;
    exit_ = {status, std::move(last_output)};
    ended_.set();
    switchboard_.break_pipe();
  }
  int stop_calls() const { return stop_calls_; }
  int ensured_pages() const { return ensured_pages_; }
  const std::vector<Size>& viewports() const { return viewports_; }
  FakeSwitchboard& fake_switchboard() { return switchboard_; }
  /// Set to be counted down when stop() ends, for tests that look at many browsers.
  std::function<void()> on_stopped;

  const std::string& id() const override { return id_; }
  const Fingerprint& fingerprint() const override { return fingerprint_; }
  pid_t pid() const override { return 4242; }
  cdp::Switchboard& switchboard() override { return switchboard_; }
  cdp::Line& line() override { return line_; }
  const Display* display() const override { return display_ ? &*display_ : nullptr; }
  const std::string& version() const override { return version_; }
  const json::object& version_info() const override { return version_info_; }
  const std::string& download_directory() const override { return downloads_; }
  std::string upload_directory() const override { return uploads_; }
  /// Folders that are really there.
  void use_folders(std::string downloads, std::string uploads) {
    downloads_ = std::move(downloads);
    uploads_ = std::move(uploads);
  }
  base::Task<base::Result<void>> use_viewport(Size viewport) override {
    viewports_.push_back(viewport);
    co_return base::Result<void>{};
  }
  /// ensure_page() fails from here on, as with a browser that does not answer.
  void refuse_pages() { refuses_pages_ = true; }
  base::Task<base::Result<void>> ensure_page() override {
    ++ensured_pages_;
    if (refuses_pages_) co_return base::Error{base::errc::timed_out, "no answer"};
    co_return base::Result<void>{};
  }
  base::Task<BrowserExit> exited() override {
    if (!ended_.is_set()) co_await ended_.wait();
    co_return exit_;
  }
  bool is_running() const override { return !ended_.is_set(); }
  base::Task<void> stop() override {
    ++stop_calls_;
    die({0, 0});
    if (on_stopped) on_stopped();
    co_return;
  }

 private:
  std::string id_ = base::make_uuid();
  Fingerprint fingerprint_;
  FakeSwitchboard switchboard_;
  FakeLine line_;
  base::Event ended_;
  BrowserExit exit_;
  std::optional<Display> display_;
  std::string version_ = "Chrome/156.0.8078.79";
  json::object version_info_{{"product", version_}, {"protocolVersion", "1.3"}};
  std::string downloads_ = "/nowhere/downloads";
  std::string uploads_;
  std::vector<Size> viewports_;
  int ensured_pages_ = 0;
  bool refuses_pages_ = false;
  int stop_calls_ = 0;
};

}  // namespace greenroom::browser
