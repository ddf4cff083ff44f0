// What every dialect with extensions does with an upload.
#pragma once

#include "api/dialect.hpp"
#include "api/extensions.hpp"
#include "api/json_fields.hpp"

namespace greenroom::api {

/// Reads the request's form and keeps the archive in it as the caller's. Errors: those of Extensions.
Task<Result<Extension>> receive_extension(const Call& call, Extensions& extensions);

/// The same, in the place of the path's {id}.
Task<Result<Extension>> receive_extension_anew(const Call& call, Extensions& extensions);

/// Ids of extensions in a create's list, each once. A wrong item becomes the reader's error.
std::vector<std::string> read_extension_ids(FieldReader& fields, std::string_view name);

}  // namespace greenroom::api
