// Identifiers: made here, and checked here before one touches a path or a table.
#pragma once

#include <string>
#include <string_view>

namespace greenroom::base {

/// A random UUID, version 4, lower case.
std::string make_uuid();

/// True for exactly the form that make_uuid() makes (any version), and nothing else.
bool is_uuid(std::string_view text);

/// Eight random characters of A-Z and 0-9, for names that people read. They are no secret (41 bits), and two
/// may be the same: who keeps them looks.
std::string make_short_id();

}  // namespace greenroom::base
