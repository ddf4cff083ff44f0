// Golden files, and where an answer differs from one.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "net/http.hpp"

namespace greenroom::api {

inline json::array read_goldens(const std::string& name) {
  std::ifstream file("tests/golden/browserbase/" + name + ".json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return json::parse(text).as_array();
}

inline std::string text_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// A text that ends or begins with '*' stands for any text with that beginning or end.
inline bool fits(std::string_view expected, std::string_view actual) {
  if (expected == "*") return true;
  if (expected.ends_with('*')) return actual.starts_with(expected.substr(0, expected.size() - 1));
  if (expected.starts_with('*')) return actual.ends_with(expected.substr(1));
  return expected == actual;
}

/// Where the two differ, or nothing.
inline std::string difference(const json::value& expected, const json::value& actual,
                              const std::string& where) {
  const std::string both =
      where + ": expected " + json::serialize(expected) + ", got " + json::serialize(actual);
  if (expected.is_string() && actual.is_string())
    return fits(expected.get_string(), actual.get_string()) ? "" : both;
  if (expected.is_object() && actual.is_object()) {
    if (expected.get_object().size() != actual.get_object().size()) return both;
    for (const auto& item : expected.get_object()) {
      const std::string here = where + "/" + std::string(item.key());
      const json::value* other = actual.get_object().if_contains(item.key());
      if (other == nullptr) return here + " is missing";
      if (auto inner = difference(item.value(), *other, here); !inner.empty()) return inner;
    }
    return "";
  }
  if (expected.is_array() && actual.is_array()) {
    if (expected.get_array().size() != actual.get_array().size()) return both;
    for (std::size_t i = 0; i < expected.get_array().size(); ++i)
      if (auto inner = difference(expected.at(i), actual.at(i), where + "/" + std::to_string(i));
          !inner.empty())
        return inner;
    return "";
  }
  return expected == actual ? "" : both;
}

/// JSON when it is, else the text.
inline json::value body_of(const net::Response& response) {
  boost::system::error_code no_json;
  json::value body = json::parse(response.body, no_json);
  if (no_json) body = json::string(response.body);
  return body;
}

/// `expected` maps names to values; null: not there.
inline void check_headers(const json::object& expected, const net::Response& response) {
  for (const auto& header : expected) {
    const std::string* value = response.headers.find(header.key());
    if (header.value().is_null()) {
      EXPECT_EQ(value, nullptr) << header.key();
    } else {
      EXPECT_EQ(value != nullptr ? *value : "missing", std::string(header.value().as_string()))
          << header.key();
    }
  }
}

}  // namespace greenroom::api
