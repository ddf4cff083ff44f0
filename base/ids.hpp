// Identifiers: made here, and checked here before one touches a path or a table.
#pragma once

#include <string>
#include <string_view>

namespace greenroom::base {

/// A random UUID, version 4, lower case.
std::string make_uuid();

/// True for exactly the form that make_uuid() makes (any version), and nothing else.
bool is_uuid(std::string_view text);

}  // namespace greenroom::base
