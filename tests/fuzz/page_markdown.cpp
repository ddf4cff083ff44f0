// Markdown of anything: it ends, and what comes out is bounded by what went in.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "page/markdown.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto made = greenroom::page::to_markdown({reinterpret_cast<const char*>(data), size});
  // A line within 200 quotes, and one escape for each character.
  if (made && made->size() > 64 + size * 450) std::abort();
  return 0;
}
