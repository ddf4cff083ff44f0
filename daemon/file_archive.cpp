#include "daemon/file_archive.hpp"

#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <unistd.h>
#include <utility>

#include "base/fd.hpp"

namespace greenroom::daemon {

using base::Result;
using base::Task;

namespace {
constexpr std::size_t step = 256 * 1024;  // bytes at a time

/// The next piece of a file; empty at its end.
Result<std::string> read_piece(int fd) {
  std::string piece(step, '\0');
  ssize_t count = 0;
  do count = ::read(fd, piece.data(), piece.size());
  while (count < 0 && errno == EINTR);
  if (count < 0) return base::errno_error("read a file", errno);
  piece.resize(static_cast<std::size_t>(count));
  return piece;
}

/// False when the client has gone. What was promised in the head has to come: if it does not, the answer is
/// cut off, which is what the exception is for.
Task<bool> send_content(net::BodyWriter& out, base::BlockingPool* pool, const ArchivedFile* file) {
  const base::UniqueFd fd(::open(file->path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  std::uint64_t left = file->entry.size.count;
  while (left > 0) {
    auto read = [handle = fd.value()] { return read_piece(handle); };
    const auto piece = co_await pool->run(std::move(read));
    if (!piece || piece->empty() || piece->size() > left)
      throw std::runtime_error("a kept file is not whole");
    left -= piece->size();
    const bool taken = co_await out.write(*piece);
    if (!taken) co_return false;
  }
  co_return true;
}

Task<void> send_archive(net::BodyWriter* out, base::BlockingPool* pool, std::vector<ArchivedFile> files) {
  ZipWriter zip;
  for (const ArchivedFile& file : files) {
    // Erased since it was listed.
    if (::access(file.path.c_str(), R_OK) != 0) continue;
    const std::string head = zip.head_of(file.entry);
    const bool begun = co_await out->write(head);
    if (!begun) co_return;
    const bool sent = co_await send_content(*out, pool, &file);
    if (!sent) co_return;
  }
  const std::string end = zip.finish();
  (void)co_await out->write(end);
}
}  // namespace

net::BodyStream archive_stream(base::BlockingPool& pool, std::vector<ArchivedFile> files) {
  return [pool = &pool, files = std::move(files)](net::BodyWriter& out) {
    return send_archive(&out, pool, files);
  };
}

}  // namespace greenroom::daemon
