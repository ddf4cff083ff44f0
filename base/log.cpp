#include "base/log.hpp"

#include <array>
#include <cstdlib>
#include <unistd.h>

#include "base/clock.hpp"
#include "base/time_format.hpp"

namespace greenroom::base {

namespace {
constexpr std::array names = {"error", "warning", "info", "debug"};
constexpr std::array journal_prefixes = {"<3>", "<4>", "<6>", "<7>"};
}  // namespace

bool parse_log_level(std::string_view text, LogLevel& level) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (text == names[i]) {
      level = static_cast<LogLevel>(i);
      return true;
    }
  return false;
}

std::string log_value(std::string_view value) {
  bool plain = !value.empty();
  for (const char c : value) plain = plain && c > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7f;
  if (plain) return std::string(value);
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) {
      out += '?';
    } else {
      out += c;
    }
  }
  return out + '"';
}

StderrSink::StderrSink() : journal_(std::getenv("JOURNAL_STREAM") != nullptr) {}

void StderrSink::write(LogLevel level, std::string_view line) {
  std::string out;
  if (journal_) {
    out = journal_prefixes[static_cast<std::size_t>(level)];
  } else {
    out = to_rfc3339(SystemClock().wall()) + " " + names[static_cast<std::size_t>(level)] + " ";
  }
  out.append(line).append("\n");
  // One write per line: lines of several threads do not mix. A full or closed stderr must not stop us.
  [[maybe_unused]] const auto n = ::write(STDERR_FILENO, out.data(), out.size());
}

Logger Logger::with(std::string_view key, std::string_view value) const {
  Logger child = *this;
  child.context_.append(" ").append(key).append("=").append(log_value(value));
  return child;
}

void Logger::error(std::string_view event, std::initializer_list<LogField> fields) const {
  line(LogLevel::error, event, fields);
}
void Logger::warning(std::string_view event, std::initializer_list<LogField> fields) const {
  line(LogLevel::warning, event, fields);
}
void Logger::info(std::string_view event, std::initializer_list<LogField> fields) const {
  line(LogLevel::info, event, fields);
}
void Logger::debug(std::string_view event, std::initializer_list<LogField> fields) const {
  line(LogLevel::debug, event, fields);
}

void Logger::line(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) const {
  if (!enabled(level)) return;
  std::string out(event);
  out += context_;
  for (const LogField& field : fields)
    out.append(" ").append(field.key).append("=").append(log_value(field.value));
  sink_->write(level, out);
}

}  // namespace greenroom::base
