// A provider's options as a table: which are served, which make no difference here, which cannot be honoured.
#pragma once

#include <span>
#include <string_view>

#include "api/json_fields.hpp"

namespace greenroom::api {

enum class FieldType { boolean, number, text, array, object, any };

enum class FieldEffect {
  served,   ///< somebody reads it; here only its type is looked at
  ignored,  ///< makes no difference: listed in greenroom-ignored
  refused,  ///< asked for and not possible: an error, never silently left out
};

struct FieldRule {
  std::string_view name;
  FieldType type;
  FieldEffect effect;
};

/// What becomes of members without a rule.
enum class UnknownFields { ignored, refused };

/// Looks at every member. One that is off (null, false, empty) has no effect. A wrong type, or an unknown
/// member that is refused, becomes the reader's error.
/// Errors: unsupported for the first one that was asked for and cannot be honoured.
base::Result<void> apply_rules(FieldReader& fields, std::span<const FieldRule> rules, UnknownFields unknown);

/// What is said of something that this version does not do.
base::Error not_served(std::string_view what);

}  // namespace greenroom::api
