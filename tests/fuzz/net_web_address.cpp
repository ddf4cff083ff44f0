// Addresses: whatever is accepted can stand in a request, and is read the same again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/web_address.hpp"

namespace {
void check(const greenroom::net::WebAddress& address) {
  for (const char c : address.target + address.host)
    if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7F) std::abort();
  if (address.host.empty() || address.port == 0 || !address.target.starts_with('/')) std::abort();
  const auto again = greenroom::net::parse_web_address(address.text());
  if (address.text().size() < 8192 && (!again || *again != address)) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto address = greenroom::net::parse_web_address(text)) check(*address);
  const auto base = greenroom::net::parse_web_address("http://a.example/b/c?d");
  if (const auto address = greenroom::net::resolve_web_address(*base, text)) check(*address);
  return 0;
}
