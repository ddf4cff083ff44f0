// Whatever a browser says is a picture has a size of two bytes each way, or none.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/crypto.hpp"
#include "recorder/jpeg_size.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  using greenroom::recorder::jpeg_size;
  (void)jpeg_size(bytes);
  const auto found = jpeg_size(greenroom::base::to_base64(bytes));
  if (found && (found->width < 0 || found->width > 65'535 || found->height < 0 || found->height > 65'535))
    std::abort();
  return 0;
}
