// Fields of an answer that may echo a client: none of them can begin a line, a field or a second answer.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/response_head.hpp"

namespace {

void require(bool claim) {
  if (!claim) std::abort();
}

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) ++found;
  return found;
}

}  // namespace

// Pieces between 0xff are, in turn, names and values.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greenroom::net;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Response response;
  response.status = size % 2 == 0 ? 200 : 404;
  std::size_t fields = 0;
  while (!rest.empty() && fields < 100) {
    std::string_view name = rest.substr(0, rest.find('\xff'));
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
    name = name.substr(0, name.find(':'));  // names are our own words; only values may be a client's
    const std::string_view value = rest.substr(0, rest.find('\xff'));
    rest.remove_prefix(std::min(value.size() + 1, rest.size()));
    response.headers.add(std::string(name), std::string(value));
    ++fields;
  }
  HeadOptions options;
  options.content_length = 7;
  options.request_id = "id";
  options.date = "now";
  std::string head = "before";
  append_head(head, response, options);
  require(head.starts_with("beforeHTTP/1.1 ") && head.ends_with("content-length: 7\r\n\r\n"));
  // The status line, date, request id, length, and at most what was given; the blank line is the last.
  require(count_of(head, "\r\n") <= 5 + fields);
  require(head.find("\r\n\r\n") == head.size() - 4);
  require(count_of(head, "\n") == count_of(head, "\r\n") && count_of(head, "\r") == count_of(head, "\r\n"));
  require(head.find('\0') == head.npos);
  require(count_of(head, "\r\ncontent-length:") == 1 && count_of(head, "\r\ndate:") == 1);
  require(count_of(head, "\r\ntransfer-encoding:") == 0);
  return 0;
}
