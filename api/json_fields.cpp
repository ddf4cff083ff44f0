#include "api/json_fields.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

namespace greenroom::api {

using base::errc;
using base::Error;

namespace {
std::string text_of(double number) {
  if (number == std::trunc(number)) return std::to_string(static_cast<std::int64_t>(number));
  return std::to_string(number);
}
}  // namespace

base::Result<json::object> parse_body(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return json::object();
  boost::system::error_code failure;
  json::value value = json::parse(body, failure);
  if (failure) return Error{errc::invalid_argument, "body is not valid JSON"};
  if (!value.is_object()) return Error{errc::invalid_argument, "body must be object"};
  return std::move(value.get_object());
}

const json::value* FieldReader::find(std::string_view name) {
  const json::value* value = object_->if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::vector<std::string> FieldReader::texts(std::string_view name, std::size_t most) {
  std::vector<std::string> out;
  const json::array* list = array(name);
  if (list == nullptr) return out;
  if (list->size() > most) wrong(name, "have at most " + std::to_string(most) + " members");
  for (const json::value& item : *list) {
    const json::string* one = item.if_string();
    if (one == nullptr || one->empty()) {
      wrong(name, "hold texts only");
      return {};
    }
    out.emplace_back(*one);
  }
  return out;
}

const json::value* FieldReader::any(std::string_view name) { return object_->if_contains(name); }

void FieldReader::fail(std::string message) {
  if (!error_) error_ = Error{errc::invalid_argument, std::move(message)};
}

void FieldReader::wrong(std::string_view name, std::string_view must) {
  fail(where_ + "/" + std::string(name) + " must be " + std::string(must));
}

void FieldReader::ignore(std::string_view name) {
  if (find(name) != nullptr) ignored_.push_back(path_of(name));
}

std::string FieldReader::path_of(std::string_view name) const {
  std::string path = where_ == "body" ? std::string() : where_.substr(5) + ".";
  std::replace(path.begin(), path.end(), '/', '.');
  return path + std::string(name);
}

void FieldReader::fail(const FieldReader& part) {
  if (part.error_) fail(part.error_->detail);
}

std::optional<bool> FieldReader::boolean(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_bool()) return value->get_bool();
  wrong(name, "boolean");
  return std::nullopt;
}

std::optional<std::int64_t> FieldReader::integer(std::string_view name, std::int64_t least,
                                                 std::int64_t most) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  std::optional<std::int64_t> number;
  if (value->is_int64()) number = value->get_int64();
  // 30.0 is a whole number in JSON; 1e300 must not reach the cast.
  if (value->is_double() && std::abs(value->get_double()) < 1e15 &&
      std::trunc(value->get_double()) == value->get_double())
    number = static_cast<std::int64_t>(value->get_double());
  if (!number) {
    wrong(name, "integer");
    return std::nullopt;
  }
  if (*number < least) wrong(name, ">= " + std::to_string(least));
  if (*number > most) wrong(name, "<= " + std::to_string(most));
  return number;
}

std::optional<double> FieldReader::number(std::string_view name, double least, double most) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) {
    wrong(name, "number");
    return std::nullopt;
  }
  const double number = value->to_number<double>();
  if (number < least) wrong(name, ">= " + text_of(least));
  if (number > most) wrong(name, "<= " + text_of(most));
  return number;
}

std::optional<std::string> FieldReader::text(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return std::string(value->get_string());
  wrong(name, "string");
  return std::nullopt;
}

std::string FieldReader::line(std::string_view name, std::size_t most) {
  std::string found = text(name).value_or("");
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (found.size() > most || std::any_of(found.begin(), found.end(), is_control))
    wrong(name, "one line of at most " + std::to_string(most) + " characters");
  return found;
}

std::optional<std::string> FieldReader::choice(std::string_view name,
                                               std::initializer_list<std::string_view> words) {
  auto chosen = text(name);
  if (!chosen || std::find(words.begin(), words.end(), *chosen) != words.end()) return chosen;
  wrong(name, "equal to one of the allowed values");
  return std::nullopt;
}

const json::object* FieldReader::object(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) wrong(name, "object");
  return value->if_object();
}

const json::array* FieldReader::array(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) wrong(name, "array");
  return value->if_array();
}

}  // namespace greenroom::api
