// Reading and writing the control socket's JSON lines: what both directions share. Private to this folder.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

namespace greenroom::recorder {

namespace json = boost::json;

inline constexpr std::int64_t largest_side = 16384;
inline constexpr std::int64_t largest_count = std::int64_t{1} << 50;

template <class... Parts>
struct Overloaded : Parts... {
  using Parts::operator()...;
};
template <class... Parts>
Overloaded(Parts...) -> Overloaded<Parts...>;

/// A whole number of `object` in its range; else `all_good` becomes false.
inline std::int64_t number(const json::object& object, std::string_view key, std::int64_t least,
                           std::int64_t most, bool& all_good) {
  const json::value* value = object.if_contains(key);
  if (value != nullptr && value->is_int64() && value->get_int64() >= least && value->get_int64() <= most)
    return value->get_int64();
  all_good = false;
  return least;
}

inline std::string text(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(std::string_view(value->get_string()));
}

inline const json::object* inner_object(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_object() ? &value->get_object() : nullptr;
}

inline std::optional<json::object> parse_object(std::string_view line) {
  boost::system::error_code error;
  json::value value = json::parse(line, error);
  if (error || !value.is_object()) return {};
  return std::move(value.get_object());
}

inline std::string one_line(std::string_view key, const json::value& value) {
  return json::serialize(json::object{{key, value}}) + "\n";
}

}  // namespace greenroom::recorder
