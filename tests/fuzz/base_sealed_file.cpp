// Any bytes as an encrypted file: nothing comes out of what was not made with the key.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.hpp"
#include "base/sealed_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greenroom::base;
  const UniqueFd fd(::memfd_create("sealed", MFD_CLOEXEC));
  if (!fd || ::write(fd.value(), data, size) != static_cast<ssize_t>(size)) return 0;
  ::lseek(fd.value(), 0, SEEK_SET);
  SealedReader reader(fd.value(), std::string(32, 'k'), "fuzz");
  std::string all;
  for (;;) {
    auto piece = reader.read();
    if (!piece || piece->empty()) break;
    all += *piece;
  }
  const std::string given(reinterpret_cast<const char*>(data), size);
  const bool claims_to_be_sealed = given.starts_with("GRSEAL1\n");
  if (claims_to_be_sealed ? !all.empty() : all != given) std::abort();
  return 0;
}
