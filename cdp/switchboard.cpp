#include "cdp/switchboard.hpp"

#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "base/busy_poll.hpp"
#include "base/deadline.hpp"
#include "base/task_group.hpp"
#include "cdp/client_rules.hpp"
#include "cdp/envelope.hpp"
#include "cdp/network_errors.hpp"
#include "cdp/own_line.hpp"
#include "cdp/routing_table.hpp"

namespace greenroom::cdp {

namespace {
using base::errc;
using base::Error;
using base::Result;
using base::Task;

class SwitchboardImpl final : public Switchboard, public LineHost {
 public:
  SwitchboardImpl(const base::Executor& executor, Pipe& pipe, SwitchboardOptions options, base::Logger log)
      : executor_(executor),
        pipe_(pipe),
        options_(std::move(options)),
        log_(std::move(log)),
        busy_poll_(base::BusyPoll::of(executor)),
        calls_(executor),
        tasks_(executor) {}

  ~SwitchboardImpl() override { disconnect_own_lines(); }

  Task<void> run() override {
    co_await base::keep_running_when_cancelled();
    apply_download_behavior();
    tasks_.spawn(release_forgotten_targets());
    for (;;) {
      auto batch = co_await pipe_.read();
      if (!batch) {
        log_.debug("pipe closed", {{"why", batch.error().detail}});
        break;
      }
      last_heard_ = std::chrono::steady_clock::now();
      for (std::string& message : *batch) from_browser(std::move(message));
    }
    gone_ = true;
    pipe_.close();
    calls_.fail_all();
    disconnect_own_lines();
    tasks_.stop();
    co_await tasks_.join();
  }

  Task<Result<std::unique_ptr<Line>>> open_line() override {
    auto line = co_await attach({});
    if (!line) co_return line.error();
    auto own =
        std::make_unique<OwnLine>(executor_, *this, *line, lines_.at(*line).root, options_.call_deadline);
    lines_.at(*line).own = own.get();
    co_return std::unique_ptr<Line>(std::move(own));
  }

  Task<Result<void>> prepare_lines(std::size_t count) override {
    while (prepared_.size() < count) {
      auto line = co_await attach_new({});
      if (!line) co_return line.error();
      prepared_.push_back(*line);
    }
    co_return Result<void>();
  }

  Task<Result<LineEnd>> serve_client(net::MessageStream& stream, std::string target) override {
    co_await base::keep_running_when_cancelled();
    auto line = co_await attach(std::move(target));
    if (!line) co_return line.error();
    if (is_closing_) {
      // Asked to close while it was being attached: nobody will ask again.
      close_line(*line);
      co_return LineEnd::closed_here;
    }
    lines_.at(*line).stream = &stream;
    ++clients_;
    last_command_ = std::chrono::steady_clock::now();
    const LineEnd end = co_await pump(stream, *line);
    // Out of the table first: nothing may reach the stream once this returns.
    --clients_;
    close_line(*line);
    co_return end;
  }

  void close_clients(net::CloseReason reason) override {
    is_closing_ = true;
    for (auto& [id, line] : lines_) {
      if (line.stream == nullptr) continue;
      line.closed_here = true;
      line.stream->close(reason);
    }
  }

  std::size_t clients() const override { return clients_; }
  std::chrono::steady_clock::time_point last_client_command() const override { return last_command_; }
  std::chrono::steady_clock::time_point last_browser_message() const override { return last_heard_; }
  const SwitchboardCounters& counters() const override { return counters_; }
  void on_client_command(std::function<void(const ClientCommand&)> observer) override {
    observers_.push_back(std::move(observer));
  }
  void use_directories(std::string downloads, std::string uploads) override {
    options_.download_directory = std::move(downloads);
    options_.upload_directory = std::move(uploads);
    apply_download_behavior();
  }

 private:
  struct LineEntry {
    std::string root;
    net::MessageStream* stream = nullptr;  // a client's line
    OwnLine* own = nullptr;                // or one of ours
    std::size_t unanswered = 0;            // commands of the client that the browser has
    bool closed_here = false;
  };

  void disconnect_own_lines() {
    for (auto& [id, line] : lines_)
      if (OwnLine* own = std::exchange(line.own, nullptr)) own->disconnect();
  }

  Task<Result<LineId>> attach(std::string target) {
    if (gone_) co_return Error{errc::closed, "the browser has gone"};
    if (target.empty() && !prepared_.empty()) {
      const LineId line = prepared_.back();
      prepared_.pop_back();
      co_return line;
    }
    co_return co_await attach_new(std::move(target));
  }

  /// Makes a root session and its line. The line is in the table before any message of it can pass.
  Task<Result<LineId>> attach_new(std::string target) {
    if (gone_) co_return Error{errc::closed, "the browser has gone"};
    const LineId line = next_line_++;
    json::object params;
    if (!target.empty()) params = {{"targetId", target}, {"flatten", true}};
    const std::string_view method = target.empty() ? "Target.attachToBrowserTarget" : "Target.attachToTarget";
    auto on_result = [this, line, target](const json::object& result) {
      const json::value* session = result.if_contains("sessionId");
      if (session == nullptr || !session->is_string()) return;
      LineEntry entry;
      entry.root = session->get_string();
      table_.add_root(line, entry.root, target);
      lines_.emplace(line, std::move(entry));
    };
    CallBook::Ticket ticket = calls_.open(method, params, {}, std::move(on_result));
    send_to_browser(std::move(ticket.message));
    auto answered = co_await calls_.wait(ticket.id, options_.call_deadline, std::string(method));
    if (answered && lines_.contains(line)) co_return line;
    // The answer may still come, or may have come with nobody left to use it.
    if (lines_.contains(line)) close_line(line);
    if (answered) co_return Error{errc::protocol, "an attach without a session"};
    if (answered.error().code == errc::protocol) co_return Error{errc::not_found, answered.error().detail};
    co_return answered.error();
  }

  Task<LineEnd> pump(net::MessageStream& stream, LineId line) {
    for (;;) {
      auto message = co_await stream.read();
      if (!message) {
        if (gone_) co_return LineEnd::browser_gone;
        if (const auto found = lines_.find(line); found != lines_.end() && found->second.closed_here)
          co_return LineEnd::closed_here;
        co_return message.error().code == errc::too_large ? LineEnd::message_refused : LineEnd::client_gone;
      }
      const auto end = from_client(stream, line, *message);
      if (end) co_return *end;
      // One client's flood waits here, in its own coroutine, for the browser to take it.
      const auto room = co_await pipe_.drained();
      if (!room) co_return LineEnd::browser_gone;
    }
  }

  std::optional<LineEnd> from_client(net::MessageStream& stream, LineId line, std::string_view message) {
    const auto entry = lines_.find(line);
    if (entry == lines_.end()) return LineEnd::browser_gone;
    const std::string& root = entry->second.root;
    last_command_ = std::chrono::steady_clock::now();
    ++counters_.messages_from_clients;
    counters_.bytes_from_clients += message.size();
    const auto envelope = scan(message);
    if (!envelope) {
      stream.send(error_answer(Envelope(), -32700, "JSON: " + envelope.error().detail));
      return std::nullopt;
    }
    if (!envelope->session_id.empty()) {
      // As on Chromium's own port, where a session belongs to its connection.
      const CdpSession* session = table_.find(envelope->session_id);
      if (session == nullptr || session->line != line) {
        stream.send(error_answer(*envelope, -32001, "Session with given id not found."));
        return std::nullopt;
      }
    }
    Verdict verdict =
        judge(message, *envelope, root, {options_.download_directory, options_.upload_directory});
    if (auto* answer = std::get_if<Answer>(&verdict)) {
      stream.send(std::move(answer->message));
      return std::nullopt;
    }
    if (auto* end = std::get_if<EndLine>(&verdict)) {
      stream.send(std::move(end->answer));
      stream.close({1000, "Browser.close"});
      return LineEnd::browser_close;
    }
    observe(*envelope, root);
    // Not with several on their way: there is work then, and staying awake only takes the processor.
    if (++entry->second.unanswered == 1) busy_poll_.expect(last_command_);
    if (auto* other = std::get_if<Replace>(&verdict)) return forward(stream, std::move(other->message));
    if (!envelope->session_id.empty()) return forward(stream, {}, message);
    std::string head = "{\"sessionId\":\"" + root + (envelope->is_empty ? "\"" : "\",");
    return forward(stream, head, message.substr(envelope->open));
  }

  /// What a rule has made anew.
  std::optional<LineEnd> forward(net::MessageStream& stream, std::string message) {
    if (message.size() > options_.message_limit.count) return refuse_large(stream);
    return taken(stream, pipe_.send(std::move(message)));
  }

  /// What the client has sent, from where it was read to: pump() waits until the pipe has it.
  std::optional<LineEnd> forward(net::MessageStream& stream, std::string_view head, std::string_view body) {
    if (head.size() + body.size() > options_.message_limit.count) return refuse_large(stream);
    return taken(stream, pipe_.send(head, body));
  }

  std::optional<LineEnd> refuse_large(net::MessageStream& stream) {
    stream.close({1009, "a message of more than 100 MiB would end the browser"});
    return LineEnd::message_refused;
  }

  std::optional<LineEnd> taken(net::MessageStream& stream, bool is_taken) {
    if (!is_taken && !gone_) {
      stream.close({1011, "the browser does not take its messages"});
      return LineEnd::message_refused;
    }
    return std::nullopt;
  }

  void observe(const Envelope& envelope, std::string_view root) {
    if (envelope.method == "Runtime.runIfWaitingForDebugger") table_.released(envelope.session_id);
    if (observers_.empty() || !is_observed_command(envelope.method)) return;
    const CdpSession* session = table_.find(envelope.session_id.empty() ? root : envelope.session_id);
    const ClientCommand command{
        envelope.method, envelope.params, envelope.session_id,
        session != nullptr ? std::string_view(session->target_id) : std::string_view()};
    for (const auto& observer : observers_) observer(command);
  }

  void from_browser(std::string message) {
    const auto scanned = scan_answer(message);
    if (!scanned) {
      log_.warning("a message of the browser could not be read", {{"why", scanned.error().detail}});
      return;
    }
    const Envelope& envelope = *scanned;
    if (options_.failure_reason && may_tell_of_failure(envelope))
      if (auto told = with_reason(message, options_.failure_reason())) return from_browser(*told);
    if (envelope.session_id.empty()) return from_top_level(envelope, message);
    follow_sessions(envelope);
    // Before the client has the answer: what it says of that context's downloads itself comes later.
    if (envelope.id && envelope.result.starts_with("{\"browserContextId\":\""))
      apply_download_behavior(plain_string(member(envelope.result, "browserContextId")));
    const CdpSession* session = table_.find(envelope.session_id);
    if (session == nullptr) return;  // of a line that has gone
    const auto found = lines_.find(session->line);
    if (found == lines_.end()) return;
    LineEntry& line = found->second;
    if (line.own != nullptr) return line.own->receive(envelope, message, session->is_root);
    if (line.stream == nullptr) return;
    if (session->is_root) message.erase(envelope.session_member.begin, envelope.session_member.size);
    // A client that waits for its answers has its next command ready at once.
    if (envelope.id && line.unanswered > 0 && --line.unanswered == 0) busy_poll_.expect(last_heard_);
    ++counters_.messages_to_clients;
    counters_.bytes_to_clients += message.size();
    line.stream->send(std::move(message));
  }

  void from_top_level(const Envelope& envelope, std::string_view message) {
    if (envelope.id) {
      calls_.complete(envelope, message);
      return detach_if_unwanted(envelope);
    }
    if (envelope.method != "Target.detachedFromTarget") return;
    // The target of a page-level line has gone.
    const std::string_view session = plain_string(member(envelope.params, "sessionId"));
    const CdpSession* known = table_.find(session);
    if (known == nullptr) return;
    const LineId line = known->line;
    if (!table_.detached(session)) return;
    const auto found = lines_.find(line);
    if (found != lines_.end() && found->second.stream != nullptr)
      found->second.stream->close({1000, "the target has gone"});
  }

  /// An attach call was answered after its caller had given up: the browser would keep that session for ever.
  void detach_if_unwanted(const Envelope& envelope) {
    const std::string_view session = plain_string(member(envelope.result, "sessionId"));
    if (session.empty() || table_.find(session) != nullptr) return;
    post("Target.detachFromTarget", {{"sessionId", session}}, {});
  }

  void follow_sessions(const Envelope& envelope) {
    const auto now = std::chrono::steady_clock::now();
    if (envelope.method == "Target.attachedToTarget") {
      const std::string_view info = member(envelope.params, "targetInfo");
      table_.attached(envelope.session_id, plain_string(member(envelope.params, "sessionId")),
                      plain_string(member(info, "targetId")),
                      member(envelope.params, "waitingForDebugger") == "true", now);
    } else if (envelope.method == "Target.detachedFromTarget") {
      table_.detached(plain_string(member(envelope.params, "sessionId")));
    } else if (envelope.id && envelope.result.starts_with("{\"sessionId\":\"")) {
      // The answer of an attach call; the event has told it already, except in the oldest form.
      table_.attached(envelope.session_id, plain_string(member(envelope.result, "sessionId")), {}, false,
                      now);
    }
  }

  bool send_to_browser(std::string message) override { return pipe_.send(std::move(message)); }

  void post(std::string_view method, const json::object& params, std::string_view session) {
    CallBook::Ticket ticket = calls_.open(method, params, session);
    calls_.abandon(ticket.id);
    pipe_.send(std::move(ticket.message));
  }

  void close_line(LineId line) override {
    const auto found = lines_.find(line);
    if (found == lines_.end()) return;
    if (!gone_) {
      // A popup held for a debugger that went away would stay dead for ever, so it is let go first.
      for (const std::string& session : table_.paused_of(line))
        post("Runtime.runIfWaitingForDebugger", {}, session);
      post("Target.detachFromTarget", {{"sessionId", found->second.root}}, {});
      apply_download_behavior();
    }
    table_.remove_line(line);
    lines_.erase(found);
  }

  /// A detached root takes the browser's download behaviour away, so this is said again after each.
  /// Of a context; empty: of the browser's own.
  void apply_download_behavior(std::string_view context = {}) {
    if (options_.download_directory.empty() || gone_) return;
    json::object params;
    params["behavior"] = "allowAndName";
    params["downloadPath"] = options_.download_directory;
    if (!context.empty()) params["browserContextId"] = context;
    post("Browser.setDownloadBehavior", params, {});
  }

  Task<void> release_forgotten_targets() {
    co_await base::keep_running_when_cancelled();
    while (!gone_) {
      co_await base::sleep_for(options_.sweep_interval);
      if (gone_) co_return;
      for (const std::string& session :
           table_.take_overdue(std::chrono::steady_clock::now() - options_.release_deadline))
        post("Runtime.runIfWaitingForDebugger", {}, session);
    }
  }

  base::Executor executor_;
  Pipe& pipe_;
  SwitchboardOptions options_;
  base::Logger log_;
  base::BusyPoll& busy_poll_;
  RoutingTable table_;
  CallBook calls_;  // on the pipe's top level: attach and detach, nothing of a client's
  std::unordered_map<LineId, LineEntry> lines_;
  LineId next_line_ = 1;
  std::vector<LineId> prepared_;  // attached, and nobody's yet
  std::size_t clients_ = 0;
  std::chrono::steady_clock::time_point last_command_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_heard_ = std::chrono::steady_clock::now();
  SwitchboardCounters counters_;
  std::vector<std::function<void(const ClientCommand&)>> observers_;
  bool gone_ = false;
  bool is_closing_ = false;
  base::TaskGroup tasks_;
};
}  // namespace

std::unique_ptr<Switchboard> Switchboard::make(const base::Executor& executor, Pipe& pipe,
                                               SwitchboardOptions options, base::Logger log) {
  return std::make_unique<SwitchboardImpl>(executor, pipe, std::move(options), std::move(log));
}

}  // namespace greenroom::cdp
