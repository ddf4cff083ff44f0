// Kept files as one zip archive, read and sent piece by piece.
#pragma once

#include <string>
#include <vector>

#include "base/blocking_pool.hpp"
#include "daemon/zip_writer.hpp"
#include "net/http.hpp"

namespace greenroom::daemon {

struct ArchivedFile {
  ZipEntry entry;
  std::string path;
};

/// One whose content has gone meanwhile is left out. Lifetime: the pool outlives the sending.
net::BodyStream archive_stream(base::BlockingPool& pool, std::vector<ArchivedFile> files);

}  // namespace greenroom::daemon
