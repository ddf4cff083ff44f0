// Selectors: whatever is accepted has parts, and none of them is empty.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "page/selector.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parts = greenroom::page::parse_selector(text);
  if (!parts) return 0;
  if (parts->empty() || parts->size() > 32) std::abort();
  std::size_t sum = 0;
  for (const auto& part : *parts) {
    if (part.expression.empty()) std::abort();
    sum += part.expression.size();
  }
  if (sum > size + 5) std::abort();  // "/html" may stand for "/"
  return 0;
}
