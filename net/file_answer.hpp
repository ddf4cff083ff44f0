// A file as an answer: opened safely, described for the ranges of range.hpp, sent without passing through us.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/fd.hpp"

namespace greenroom::net {

struct OpenFile {
  base::UniqueFd fd;
  base::Bytes size;  ///< when it was opened; a file that grows is answered as it was
  std::string etag;  ///< strong, of size and modification time, with its quotes
};

/// Opens a regular file to be read; a link as its last component is refused.
/// Errors: not_found (none, a link, or no regular file), io.
base::Result<OpenFile> open_file(const std::string& path);

}  // namespace greenroom::net
