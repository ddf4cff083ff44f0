// Whatever events are stored, the archive made of them is an archive.
// Links: session
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <boost/json.hpp>

#include "api/har.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greenroom::api;
  // Lines "method params"; a line's first byte chooses its page.
  std::string_view text(reinterpret_cast<const char*>(data), size);
  HarBuilder builder;
  std::int64_t seq = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t space = line.find(' ');
    if (space == line.npos) continue;
    LogEvent event;
    event.seq = ++seq;
    event.page_index = static_cast<int>(line.size() % 3);
    event.target = "T";
    event.method = line.substr(0, space);
    event.params = line.substr(space + 1);
    builder.add(event);
  }
  const boost::json::object archive = builder.finish("0");
  const boost::json::object& log = archive.at("log").as_object();
  for (const boost::json::value& entry : log.at("entries").as_array()) {
    if (entry.at("time").to_number<double>() < 0 || !entry.at("startedDateTime").is_string()) std::abort();
    if (!entry.at("response").at("status").is_int64()) std::abort();
  }
  boost::system::error_code failure;
  (void)boost::json::parse(boost::json::serialize(archive), failure);
  if (failure) std::abort();
  return 0;
}
