// Bytes from a client: the request parser in two ways of cutting, targets, percent coding, ranges.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/range.hpp"
#include "net/request_parser.hpp"

namespace {

using namespace greenroom;
using State = net::RequestParser::State;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Outcome {
  State state;
  std::string body;
  std::size_t fields;
};

// `step` bytes arrive at a time.
Outcome parse(std::string_view text, std::size_t step) {
  net::RequestParser parser({base::Bytes{512}, base::Bytes{256}});
  std::string waiting;
  while (!text.empty() && parser.state() != State::done && parser.state() != State::failed) {
    const std::string_view piece = text.substr(0, step);
    text.remove_prefix(piece.size());
    waiting += piece;
    const std::size_t used = parser.feed(waiting);
    require(used <= waiting.size());
    waiting.erase(0, used);
  }
  require(parser.request().body.size() <= 256);
  return {parser.state(), parser.request().body, parser.request().headers.size()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const Outcome whole = parse(text, text.size());
  const Outcome pieces = parse(text, 1);
  // Two readers of one stream must never disagree about where a request ends.
  if (whole.state == State::done || pieces.state == State::done) {
    require(whole.state == pieces.state && whole.body == pieces.body && whole.fields == pieces.fields);
  }

  const net::Target target = net::Target::parse(text);
  require(!target.path.empty() && target.path.front() == '/' && target.path.find('?') == std::string::npos);
  (void)target.parameter("a");

  require(net::percent_decode(net::percent_encode(text)) == text || text.find('\0') != text.npos);
  if (const auto decoded = net::percent_decode(text)) require(decoded->size() <= text.size());

  const auto choice = net::choose_range(text, base::Bytes{1000});
  if (choice.kind == net::RangeKind::part) {
    require(choice.range.first <= choice.range.last && choice.range.last < 1000);
  }
  (void)net::etag_matches(text, "\"tag\"");
  return 0;
}
