// Any bytes as somebody's archive of a profile: every path that comes out stays inside, and the limits hold.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "store/profile_archive.hpp"

namespace {

void require(bool claim) {
  if (!claim) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greenroom;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  bool given = false;
  auto get = [&]() -> base::Result<std::string_view> {
    return std::exchange(given, true) ? std::string_view() : bytes;
  };
  store::ArchiveLimits limits;
  limits.size = base::Bytes{1u << 20};
  limits.files = 50;
  store::ArchiveReader reader(get, limits);
  std::uint64_t total = 0;
  std::size_t files = 0;
  for (;;) {
    auto file = reader.next();
    if (!file || !*file) break;
    const std::string& path = (*file)->path;
    require(!path.empty() && path.front() != '/' && path.find("..") != 0);
    require(path.find("/../") == std::string::npos && !path.ends_with("/.."));
    require(++files <= limits.files);
    std::uint64_t read = 0;
    for (;;) {
      auto piece = reader.read();
      if (!piece || piece->empty()) break;
      read += piece->size();
    }
    require(read <= (*file)->size);
    total += read;
  }
  require(total <= limits.size.count);
  if (store::is_profile_path(bytes))
    require(bytes.starts_with("Default/") && bytes.find("/../") == bytes.npos);
  return 0;
}
