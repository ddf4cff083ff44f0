// What a browser says of its targets, and pages with any title: the lists that are made of it are lists.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "cdp/discovery.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greenroom::cdp;
  boost::system::error_code failure;
  const auto value = boost::json::parse({reinterpret_cast<const char*>(data), size}, failure);
  if (failure || !value.is_object()) return 0;
  const auto link = [](std::string_view target) { return "ws://h/devtools/page/" + std::string(target); };
  const std::vector<TargetInfo> targets = read_targets(value.get_object());
  const auto* given = value.get_object().if_contains("targetInfos");
  if (!targets.empty() && (given == nullptr || targets.size() > given->as_array().size())) std::abort();
  if (list_body(targets, link).size() > targets.size()) std::abort();
  if (!version_body(value.get_object(), "ws://h/").contains("webSocketDebuggerUrl")) std::abort();
  return 0;
}
