// One event, one line, key=value, to standard error. Never a key, a cookie or a message body above debug.
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace greenroom::base {

enum class LogLevel { error, warning, info, debug };

/// "error", "warning", "info", "debug"; anything else is no level.
bool parse_log_level(std::string_view text, LogLevel& level);

struct LogField {
  std::string_view key;
  std::string value;

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  LogField(std::string_view k, std::integral auto v) : key(k), value(std::to_string(v)) {}
};

/// Where lines go. Safe to use from several threads.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void write(LogLevel level, std::string_view line) = 0;
};

/// Standard error; with a time stamp, or under systemd with the level prefix that its journal reads
/// (sd-daemon(3)) and no time stamp.
class StderrSink final : public LogSink {
 public:
  StderrSink();
  void write(LogLevel level, std::string_view line) override;

 private:
  bool journal_ = false;
};

/// A cheap value: level, sink and the fields that every line of its owner carries.
///
/// Levels   error: a person must act; warning: degraded; info: life-cycle; debug: wire.
/// Lifetime the sink outlives every logger.
class Logger {
 public:
  Logger(LogSink& sink, LogLevel level) : sink_(&sink), level_(level) {}

  /// A child whose lines also carry `key=value`.
  Logger with(std::string_view key, std::string_view value) const;

  bool enabled(LogLevel level) const { return level <= level_; }
  void error(std::string_view event, std::initializer_list<LogField> fields = {}) const;
  void warning(std::string_view event, std::initializer_list<LogField> fields = {}) const;
  void info(std::string_view event, std::initializer_list<LogField> fields = {}) const;
  void debug(std::string_view event, std::initializer_list<LogField> fields = {}) const;

 private:
  void line(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) const;

  LogSink* sink_;
  LogLevel level_;
  std::string context_;
};

/// `value` as one log value: quoted and escaped when it holds a blank, a quote, '=' or a control character.
std::string log_value(std::string_view value);

}  // namespace greenroom::base
