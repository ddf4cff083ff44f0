#include "api/field_rules.hpp"

#include <algorithm>

#include <boost/json.hpp>

namespace greenroom::api {

using base::errc;
using base::Error;

namespace {
constexpr std::size_t longest_name = 100;  // of an unknown member, in what is said of it

/// Whether the member is there, of its type, and not off.
bool is_asked_for(FieldReader& fields, const FieldRule& rule) {
  switch (rule.type) {
    case FieldType::boolean:
      return fields.boolean(rule.name).value_or(false);
    case FieldType::number:
      return fields.number(rule.name).has_value();
    case FieldType::text:
      return !fields.text(rule.name).value_or("").empty();
    case FieldType::array: {
      const json::array* list = fields.array(rule.name);
      return list != nullptr && !list->empty();
    }
    case FieldType::object: {
      const json::object* object = fields.object(rule.name);
      return object != nullptr && !object->empty();
    }
    case FieldType::any: {
      const json::value* value = fields.any(rule.name);
      return value != nullptr && !value->is_null() && *value != false;
    }
  }
  return false;
}
}  // namespace

Error not_served(std::string_view what) {
  return {errc::unsupported, std::string(what) + " is not served by this version of Greenroom"};
}

base::Result<void> apply_rules(FieldReader& fields, std::span<const FieldRule> rules, UnknownFields unknown) {
  base::Result<void> outcome;
  for (const FieldRule& rule : rules) {
    if (!is_asked_for(fields, rule)) continue;
    if (rule.effect == FieldEffect::ignored) fields.ignore(rule.name);
    if (rule.effect == FieldEffect::refused && outcome) outcome = not_served(fields.path_of(rule.name));
  }
  for (const auto& member : fields.all()) {
    const auto is_it = [&](const FieldRule& rule) { return rule.name == member.key(); };
    if (std::any_of(rules.begin(), rules.end(), is_it)) continue;
    if (unknown == UnknownFields::ignored)
      fields.ignore(member.key());
    else
      fields.fail(fields.where() + "/" + std::string(member.key().substr(0, longest_name)) +
                  " is not permitted: extra_forbidden");
  }
  return outcome;
}

}  // namespace greenroom::api
