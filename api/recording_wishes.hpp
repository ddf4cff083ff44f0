// What every API lets a caller say about one session's recording, in a header of our own: no API has words
// for it.
#pragma once

#include <string_view>

#include "api/dialect.hpp"
#include "base/error.hpp"
#include "session/spec.hpp"

namespace greenroom::api {

constexpr std::string_view recording_header = "greenroom-recording";

/// Reads "fps=25, quality=evidence, pointer, dom=no" into `spec`. Pure.
/// Errors: invalid_argument (an unknown word, or a value out of its range).
base::Result<void> read_recording_wishes(std::string_view text, session::SessionSpec& spec);

/// Puts into `spec` what a request says by its headers: whose it is, and how it is recorded.
/// Errors: as above.
base::Result<void> complete_spec(const Call& call, session::SessionSpec& spec);

}  // namespace greenroom::api
