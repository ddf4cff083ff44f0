// A file that is cut or foreign is an error of the reader, never a sample outside the file.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "recorder/mp4_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greenroom::recorder;
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  (void)read_init(file);
  const auto samples = read_samples(file);
  if (samples)
    for (const PlacedSample& sample : *samples)
      if (sample.offset + sample.info.size > size) std::abort();
  return 0;
}
