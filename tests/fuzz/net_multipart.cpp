// Forms from a client: cut in two ways they are the same parts, and nothing is longer than its limit.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "net/multipart.hpp"

namespace {

using namespace greenroom;
using Kind = net::MultipartParser::Kind;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Outcome {
  std::vector<net::PartHead> heads;
  std::vector<std::string> contents;
  bool at_end = false;
  bool is_refused = false;
};

constexpr net::MultipartLimits limits{4, base::Bytes{256}, base::Bytes{64}, 32, 64};

// `step` bytes arrive at a time.
Outcome parse(std::string_view text, std::size_t step) {
  net::MultipartParser parser("B", limits);
  Outcome out;
  std::size_t content = 0;
  const std::size_t size = text.size();
  for (;;) {
    const auto event = parser.next();
    out.is_refused = !event;
    if (!event || event->kind == Kind::end) break;
    if (event->kind == Kind::part) {
      out.heads.push_back(parser.head());
      out.contents.emplace_back();
    } else if (event->kind == Kind::data) {
      require(!event->data.empty() && !out.contents.empty());
      out.contents.back() += event->data;
      content += event->data.size();
    } else if (event->kind == Kind::need_more) {
      if (text.empty()) break;
      parser.feed(text.substr(0, step));
      text.remove_prefix(std::min(step, text.size()));
    }
  }
  out.at_end = parser.at_end();
  require(content <= size && out.heads.size() <= limits.parts);
  for (const net::PartHead& head : out.heads)
    require(head.name.size() <= limits.name && head.file_name.value_or("").size() <= limits.file_name);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Outcome whole = parse(text, text.size() + 1);
  const Outcome pieces = parse(text, 1);
  // How the network cuts a form must not change what it says.
  require(whole.at_end == pieces.at_end && whole.is_refused == pieces.is_refused);
  require(whole.heads == pieces.heads);
  if (whole.at_end) require(whole.contents == pieces.contents);

  (void)net::boundary_of(text);
  if (const auto head = net::parse_disposition(text, limits)) {
    for (const char c : head->file_name.value_or("")) require(static_cast<unsigned char>(c) >= 0x20);
  }
  return 0;
}
