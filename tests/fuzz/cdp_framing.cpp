// Bytes of the pipe: however they are cut, the same messages come out.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "cdp/framing.hpp"

namespace {

struct Outcome {
  std::vector<std::string> messages;
  std::uint64_t pending = 0;
  bool failed = false;
  bool operator==(const Outcome&) const = default;
};

Outcome feed(std::string_view bytes, std::size_t step) {
  greenroom::cdp::Deframer deframer(greenroom::base::Bytes{64});
  Outcome out;
  for (std::size_t at = 0; at < bytes.size() && !out.failed; at += step)
    out.failed = !deframer.feed(bytes.substr(at, step), out.messages);
  if (!out.failed) out.pending = deframer.pending().count;
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Outcome whole = feed(bytes, size + 1);
  if (whole != feed(bytes, 1) || whole != feed(bytes, 7)) std::abort();
  for (const std::string& message : whole.messages)
    if (message.size() > 64 || message.find('\0') != std::string::npos) std::abort();
  return 0;
}
