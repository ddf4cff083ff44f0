// Opening the files of a recording. Their directory belongs to the encoder's unprivileged identity, so
// nothing in it is trusted to be what its name says: no links are followed and only regular files are opened.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/fd.hpp"

namespace greenroom::recorder {

/// Opens `name` in `directory` for reading. Errors: not_found, io, invalid_argument (`name` holds a slash, or
/// is no regular file).
base::Result<base::UniqueFd> open_plain_file(const std::string& directory, std::string_view name);

/// As above, relative to an open directory.
base::Result<base::UniqueFd> open_plain_file(int directory, std::string_view name);

/// What lies in a directory, in no order; as much of it as can be read.
std::vector<std::string> file_names(const std::string& directory);

/// The whole of an open file. Errors: io, too_large (over `most` bytes).
base::Result<std::string> read_all(int fd, std::size_t most);

/// A whole small file (at most 64 MiB). Errors: as open_plain_file() and read_all().
base::Result<std::string> read_recording_file(const std::string& directory, std::string_view name);

/// Writes all of `bytes`. Errors: storage_full, io.
base::Result<void> write_all(int fd, std::string_view bytes, std::string_view doing);

/// storage_full when that is what `error_number` means, else io.
base::Error storage_error(std::string_view doing, int error_number);

}  // namespace greenroom::recorder
