// An encoder without a process: the test says what it answers to each command.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/event.hpp"
#include "recorder/control.hpp"
#include "recorder/encoder_process.hpp"

namespace greenroom::recorder {

class ScriptedEncoder final : public EncoderProcess {
 public:
  using Answer = std::function<void(const EncoderCommand&, ScriptedEncoder&)>;

  /// `answer` is called for each command, in send().
  ScriptedEncoder(const base::Executor& executor, Answer answer)
      : answer_(std::move(answer)), changed_(executor), exited_(executor) {}

  /// What the encoder says next.
  void say(const EncoderEvent& event) { say_bytes(to_message(event)); }
  void say_bytes(std::string bytes) {
    outgoing_.push_back(std::move(bytes));
    changed_.notify_all();
  }
  /// The process ends, and its socket with it.
  void die(base::ExitStatus status) {
    if (exited_.is_set()) return;
    status_ = status;
    exited_.set();
    changed_.notify_all();
  }
  const std::vector<EncoderCommand>& commands() const { return commands_; }

  base::Task<base::Result<std::string>> receive() override {
    co_await base::keep_running_when_cancelled();
    if (outgoing_.empty() && !exited_.is_set()) co_await changed_.wait();
    if (outgoing_.empty()) co_return base::Error{base::errc::closed, "the encoder's socket"};
    std::string bytes = std::move(outgoing_.front());
    outgoing_.pop_front();
    co_return bytes;
  }

  base::Result<void> send(std::string_view bytes) override {
    if (exited_.is_set()) return base::Error{base::errc::closed, "the encoder's socket"};
    parser_.feed(bytes);
    for (;;) {
      auto command = parser_.next();
      if (!command) return command.error();
      if (!*command) return {};
      commands_.push_back(**command);
      answer_(**command, *this);
    }
  }

  base::Task<base::Result<void>> deliver(std::string bytes) override { co_return send(bytes); }

  base::Task<base::ExitStatus> exited() override {
    co_await exited_.wait();
    co_return status_;
  }
  void kill() override { die({0, 9}); }

 private:
  Answer answer_;
  CommandParser parser_;
  base::Notifier changed_;
  base::Event exited_;
  base::ExitStatus status_;
  std::deque<std::string> outgoing_;
  std::vector<EncoderCommand> commands_;
};

}  // namespace greenroom::recorder
