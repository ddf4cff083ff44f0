// Archives of extensions: whatever they hold, nothing is written outside and nothing over the limits is read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/extension_archive.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greenroom::daemon;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ArchiveLimits limits;
  limits.unpacked = greenroom::base::Bytes{1 << 20};
  limits.entries = 100;
  const auto found = look_into_extension(text, limits);
  if (found && (found->size > limits.unpacked || found->files > limits.entries)) std::abort();
  const auto path = entry_path(text.substr(0, 2000), limits);
  if (path && (path->starts_with('/') || *path == ".." || path->starts_with("../") ||
               path->find("/../") != path->npos || path->ends_with("/..") || path->find('\\') != path->npos ||
               path->find('\0') != path->npos))
    std::abort();
  (void)parse_manifest(text);
  return 0;
}
