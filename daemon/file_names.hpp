// Names of files that come from outside: clients' forms and servers that pages download from. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace greenroom::daemon {

/// A name that can stand alone in a folder: no directory, no control character, valid UTF-8, neither empty
/// nor
/// "." or "..", at most 180 bytes with its extension kept.
std::string safe_file_name(std::string_view raw);

/// "a.tar.gz" to "a.tar" and ".gz"; a name without extension has an empty one.
struct NameParts {
  std::string_view stem;
  std::string_view extension;
};
NameParts split_name(std::string_view name);

/// "sample.pdf" to "sample-1719265797164.pdf".
std::string with_time(std::string_view name, base::WallTime when);
/// "sample.pdf" to "sample (2).pdf".
std::string with_number(std::string_view name, int number);

/// By the name's extension; "application/octet-stream" when it says nothing.
std::string_view mime_type_of(std::string_view name);

}  // namespace greenroom::daemon
