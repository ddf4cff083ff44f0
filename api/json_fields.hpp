// Tolerant reading of request bodies: a missing member and null are the same, unknown members are remembered,
// the first wrong type or value becomes the error. Every dialect reads with this.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "base/error.hpp"

namespace greenroom::api {

namespace json = boost::json;

/// Parses a request body. Nothing at all is an empty object.
/// Errors: invalid_argument (no JSON, or no object).
base::Result<json::object> parse_body(std::string_view body);

/// Reads the members of one object. `error()` is the first failure of it and of the readers made from it.
class FieldReader {
 public:
  FieldReader(const json::object& object, std::string where) : object_(&object), where_(std::move(where)) {}

  std::optional<bool> boolean(std::string_view name);
  /// A whole number within the bounds, both included.
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
  /// Any number within the bounds, both included and below 1e15.
  std::optional<double> number(std::string_view name, double least = -1e15, double most = 1e15);
  std::optional<std::string> text(std::string_view name);
  /// Text without control characters, at most so many bytes; empty when missing.
  std::string line(std::string_view name, std::size_t most);
  /// One of these words.
  std::optional<std::string> choice(std::string_view name, std::initializer_list<std::string_view> words);
  const json::object* object(std::string_view name);
  const json::array* array(std::string_view name);
  /// The texts of a list, none of them empty and at most so many; empty when missing.
  std::vector<std::string> texts(std::string_view name, std::size_t most = 1'000);
  /// The raw value, null included; nullptr when missing.
  const json::value* any(std::string_view name);

  /// A member that is known and makes no difference here: listed for the answer's greenroom-ignored header.
  void ignore(std::string_view name);

  void fail(std::string message);
  /// The failure of a reader that was made for a part of this one.
  void fail(const FieldReader& part);
  const std::optional<base::Error>& error() const { return error_; }
  const std::vector<std::string>& ignored() const { return ignored_; }
  const std::string& where() const { return where_; }
  const json::object& all() const { return *object_; }
  /// "proxySettings.server": the member as people write it.
  std::string path_of(std::string_view name) const;

 private:
  const json::value* find(std::string_view name);
  void wrong(std::string_view name, std::string_view must);

  const json::object* object_;
  std::string where_;
  std::optional<base::Error> error_;
  std::vector<std::string> ignored_;
};

}  // namespace greenroom::api
