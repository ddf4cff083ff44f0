#include "daemon/session_table.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <boost/json.hpp>

namespace greenroom::daemon {

namespace json = boost::json;
using base::errc;
using base::Error;
using base::Result;

namespace {

struct Column {
  std::string_view title;
  std::string_view member;
};
constexpr std::array columns = {Column{"ID", "id"}, Column{"STATE", "state"}, Column{"CREATED", "createdAt"},
                                Column{"REASON", "endReason"}, Column{"MADE THROUGH", "dialect"}};

Result<json::value> parsed(std::string_view body) {
  boost::system::error_code failure;
  json::value value = json::parse(json::string_view(body.data(), body.size()), failure);
  if (failure) return Error{errc::protocol, "the daemon's answer is not JSON: " + failure.message()};
  return value;
}

/// A member for people. What a program put into its session must not steer the terminal.
std::string cell(const json::value& value) {
  std::string text = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
  if (value.is_null()) text.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0u;
    // U+0080 to U+009F, two bytes in UTF-8, are control characters as well: one of them begins a sequence.
    if (byte == 0xC2 && next >= 0x80 && next <= 0x9F) text.replace(i, 2, "?");
    if (byte < ' ' || byte == 0x7f) text[i] = '?';
  }
  return text;
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

}  // namespace

Result<std::string> session_table(std::string_view body) {
  auto value = parsed(body);
  if (!value) return value.error();
  const json::value* list = &*value;
  if (list->is_object()) list = list->get_object().if_contains("sessions");
  if (list == nullptr || !list->is_array()) return Error{errc::protocol, "the daemon's answer is no list"};
  std::vector<std::array<std::string, columns.size()>> rows(1);
  for (std::size_t i = 0; i < columns.size(); ++i) rows[0][i] = columns[i].title;
  for (const json::value& session : list->get_array()) {
    if (!session.is_object()) return Error{errc::protocol, "the daemon's list holds something else"};
    auto& row = rows.emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const json::value* member = session.get_object().if_contains(columns[i].member);
      row[i] = member == nullptr ? "" : cell(*member);
      if (row[i].empty()) row[i] = "-";
    }
  }
  if (rows.size() == 1) return std::string("There is no session.\n");
  std::array<std::size_t, columns.size()> widths{};
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += padded(row[i], widths[i] + 2);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

Result<std::string> session_details(std::string_view body) {
  auto value = parsed(body);
  if (!value) return value.error();
  if (!value->is_object()) return Error{errc::protocol, "the daemon's answer is no session"};
  std::size_t width = 0;
  for (const auto& member : value->get_object()) width = std::max(width, member.key().size());
  std::string text;
  for (const auto& member : value->get_object())
    text += padded(cell(json::value(member.key())), width + 2) + cell(member.value()) + "\n";
  return text;
}

}  // namespace greenroom::daemon
