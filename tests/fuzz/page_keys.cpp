// Names of keys: whatever is accepted is a few keys, each with a name.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "page/keys.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto keys = greenroom::page::parse_keys({reinterpret_cast<const char*>(data), size});
  if (!keys) return 0;
  if (keys->empty() || keys->size() > 8) std::abort();
  for (const auto& key : *keys)
    if (key.key.empty()) std::abort();
  return 0;
}
