// What is kept of a CDP message is one object of valid JSON on one line, whatever the message was, and of a
// typed character nothing is kept.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <boost/json.hpp>

#include "session/timeline_mask.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greenroom::session;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t newline = text.find('\n');
  if (newline == text.npos) return 0;
  const std::string_view method = text.substr(0, newline);
  const std::string_view params = text.substr(newline + 1);
  for (const auto& kept : {masked_params(method, params), masked_command(method, params)}) {
    if (!kept) continue;
    boost::system::error_code failure;
    const boost::json::value value = boost::json::parse(*kept, failure);
    if (failure || !value.is_object() || kept->find('\n') != kept->npos) std::abort();
    if (method == "Input.insertText" && value.get_object().size() > 1) std::abort();
    if (method == "Input.dispatchKeyEvent" && value.get_object().contains("text")) std::abort();
  }
  (void)kind_of(method);
  return 0;
}
