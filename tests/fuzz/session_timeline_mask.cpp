// What a page can make the browser say: whatever is kept of it is an object of bounded size without its
// secrets.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "session/timeline_mask.hpp"

namespace {

namespace json = boost::json;

void require(bool claim) {
  if (!claim) std::abort();
}

void check(const json::value& value, bool is_header_list) {
  if (value.is_array())
    for (const json::value& item : value.get_array()) check(item, false);
  if (value.is_string()) require(value.get_string().size() <= 8 * 1024);
  if (!value.is_object()) return;
  for (const auto& member : value.get_object()) {
    const std::string_view name = member.key();
    if (is_header_list && (name == "Cookie" || name == "Authorization" || name == "set-cookie"))
      require(member.value() == "[masked]");
    if (!is_header_list) require(name != "postData" && name != "associatedCookies" && name != "headersText");
    check(member.value(), name == "headers" || name == "requestHeaders");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view params(reinterpret_cast<const char*>(data), size);
  require(!greenroom::session::masked_params("Runtime.consoleAPICalled", params));
  const auto kept = greenroom::session::masked_params("Network.requestWillBeSent", params);
  if (!kept) return 0;
  boost::system::error_code failure;
  const json::value value = json::parse(*kept, failure);
  require(!failure && value.is_object());
  check(value, false);
  return 0;
}
