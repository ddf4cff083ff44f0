// The readers of short texts that come from outside: what they accept they must be able to write again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/time_format.hpp"

namespace base = greenroom::base;

namespace {

void require(bool claim) {
  if (!claim) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // Bytes survive every encoding.
  require(base::from_hex(base::to_hex(text)) == text);
  require(base::from_base64(base::to_base64(text)) == text);
  require(base::from_base64url(base::to_base64url(text)) == text);
  // What is accepted means one thing: written and read again it is the same.
  if (const auto bytes = base::from_hex(text)) require(base::from_hex(base::to_hex(*bytes)) == bytes);
  if (const auto bytes = base::from_base64(text))
    require(base::from_base64(base::to_base64(*bytes)) == bytes);
  if (const auto bytes = base::from_base64url(text)) {
    require(base::from_base64url(base::to_base64url(*bytes)) == bytes);
  }
  if (const auto time = base::from_rfc3339(text)) {
    require(base::from_rfc3339(base::to_rfc3339(*time)) == time);
  }
  // An id that passes may become a path.
  if (base::is_uuid(text)) require(text.find_first_not_of("0123456789abcdef-") == text.npos && size == 36);
  // One event stays one line.
  require(base::log_value(text).find('\n') == std::string::npos);
  return 0;
}
