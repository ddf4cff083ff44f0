#include "base/time_format.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace greenroom::base {

namespace {
struct Civil {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<Milliseconds> time;
  std::chrono::weekday weekday;
};

Civil civil(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss<Milliseconds>(time - day),
          std::chrono::weekday(day)};
}

/// Writes `count` digits of a number from 0 to 9999 at a place of `out`.
void put_digits(std::string& out, std::size_t at, std::size_t count, int value) {
  for (std::size_t i = count; i-- > 0; value /= 10) out[at + i] = static_cast<char>('0' + value % 10);
}

bool digits(std::string_view text, std::size_t at, std::size_t count, int& value) {
  if (at + count > text.size()) return false;
  for (std::size_t i = at; i < at + count; ++i)
    if (text[i] < '0' || text[i] > '9') return false;
  std::from_chars(text.data() + at, text.data() + at + count, value);
  return true;
}
}  // namespace

std::string to_rfc3339(WallTime time) {
  // By hand: several of these are in each answer about a session, and printf was a tenth of its cost.
  const Civil c = civil(time);
  std::string out = "0000-00-00T00:00:00.000Z";
  put_digits(out, 0, 4, static_cast<int>(c.date.year()));
  put_digits(out, 5, 2, static_cast<int>(static_cast<unsigned>(c.date.month())));
  put_digits(out, 8, 2, static_cast<int>(static_cast<unsigned>(c.date.day())));
  put_digits(out, 11, 2, static_cast<int>(c.time.hours().count()));
  put_digits(out, 14, 2, static_cast<int>(c.time.minutes().count()));
  put_digits(out, 17, 2, static_cast<int>(c.time.seconds().count()));
  put_digits(out, 20, 3, static_cast<int>(c.time.subseconds().count()));
  return out;
}

std::optional<WallTime> from_rfc3339(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  const bool shape = text.size() >= 20 && digits(text, 0, 4, year) && text[4] == '-' &&
                     digits(text, 5, 2, month) && text[7] == '-' && digits(text, 8, 2, day) &&
                     (text[10] == 'T' || text[10] == 't' || text[10] == ' ') && digits(text, 11, 2, hour) &&
                     text[13] == ':' && digits(text, 14, 2, minute) && text[16] == ':' &&
                     digits(text, 17, 2, second);
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!shape || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  std::size_t at = 19;
  int milliseconds = 0;
  if (text[at] == '.') {
    int scale = 100;
    std::size_t end = at + 1;
    for (; end < text.size() && text[end] >= '0' && text[end] <= '9'; ++end, scale /= 10)
      milliseconds += (text[end] - '0') * scale;
    if (end == at + 1) return std::nullopt;
    at = end;
  }
  if (at >= text.size()) return std::nullopt;
  int offset = 0;
  if (text[at] == '+' || text[at] == '-') {
    int oh = 0, om = 0;
    if (!digits(text, at + 1, 2, oh) || at + 3 >= text.size() || text[at + 3] != ':' ||
        !digits(text, at + 4, 2, om) || at + 6 != text.size() || oh > 23 || om > 59)
      return std::nullopt;
    offset = (oh * 60 + om) * (text[at] == '+' ? 1 : -1);
  } else if ((text[at] != 'Z' && text[at] != 'z') || at + 1 != text.size()) {
    return std::nullopt;
  }
  const WallTime time = WallTime(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
                        std::chrono::minutes(minute - offset) + std::chrono::seconds(second) +
                        Milliseconds(milliseconds);
  // The offset can lead out of the four-digit years, which to_rfc3339() could not write.
  const std::chrono::year_month_day utc(std::chrono::floor<std::chrono::days>(time));
  if (utc.year() < std::chrono::year(0) || utc.year() > std::chrono::year(9999)) return std::nullopt;
  return time;
}

std::string to_http_date(WallTime time) {
  static constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Civil c = civil(time);
  std::array<char, 48> out{};
  const int n = std::snprintf(
      out.data(), out.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT", days[c.weekday.c_encoding()],
      static_cast<unsigned>(c.date.day()), months[static_cast<unsigned>(c.date.month()) - 1],
      static_cast<int>(c.date.year()), static_cast<int>(c.time.hours().count()),
      static_cast<int>(c.time.minutes().count()), static_cast<int>(c.time.seconds().count()));
  return std::string(out.data(), static_cast<std::size_t>(n));
}

}  // namespace greenroom::base
