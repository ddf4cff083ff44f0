// Any text as the preferences of a profile that was used before: ours are in what comes out.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "browser/instance_directory.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view saved(reinterpret_cast<const char*>(data), size);
  const std::string merged =
      greenroom::browser::merged_preferences(saved, R"({"download":{"default_directory":"/ours"}})");
  if (merged.find(R"("default_directory":"/ours")") == std::string::npos) std::abort();
  return 0;
}
