#include <cstdint>
#include <cstdlib>

#include "base/pem.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view pem(reinterpret_cast<const char*>(data), size);
  const auto certificates = greenroom::base::read_certificates(pem);
  if (certificates)
    for (const std::string& der : *certificates)
      if (der.empty() || der.size() > size) std::abort();
  return 0;
}
